import { sharedFloats } from '../../kernels/arena.js';
import { insist, OutOfMemory } from '../device.js';
import { bind, type Gpu, type Numbers } from './gpu.js';
import { type Part, TILE, type Tiles } from './tiles.js';

/** Numbers read at a time; two such lots are in flight. */
const LOT = 2 ** 24;

/** Rows [from, from + n) of a part to row-major values [n × d]: one vector of four a thread. */
const FLATTEN = `
struct Shape { n: u32, d: u32, start: u32, spare: u32 }
@group(0) @binding(0) var<storage, read> tiles: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> flat: array<f32>;
@group(0) @binding(2) var<storage, read> shape: Shape;

@compute @workgroup_size(${TILE})
fn flatten(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.x * ${TILE} + lane;
  let k = group.y;
  if (row >= shape.n) { return; }
  let at = shape.start + row;
  let four = tiles[(at / ${TILE} * ((shape.d + 3) / 4) + k) * ${TILE} + at % ${TILE}];
  for (var c = 0u; c < 4; c++) {
    if (4 * k + c < shape.d) { flat[row * shape.d + 4 * k + c] = four[c]; }
  }
}
`;

/**
 * Reads rows home: row-major [n × d], in shared memory. One wait for 64 MiB, or less where the GPU has no room for as much.
 * @throws InputError when the GPU was lost; OutOfMemory when there is no room for a single row.
 */
export async function readTiles(gpu: Gpu, { n, d, parts }: Tiles): Promise<Float32Array> {
  const out = sharedFloats(n * d);
  const step = Math.max(1, Math.floor(Math.min(LOT, gpu.largest / 4) / d));
  const fetch = async (part: Part, from: number, count: number): Promise<void> => {
    const half = Math.floor(count / 2);
    try {
      const [bytes] = await insist(gpu.scopes, () => {
        const flat = flatten(gpu, part, d, from, count);
        return gpu.read([flat, count * d]).finally(() => gpu.free(flat));
      });
      out.set(new Float32Array(bytes), (part.first * TILE + from) * d);
    } catch (error) {
      if (!(error instanceof OutOfMemory) || half === 0) throw error;
      await fetch(part, from, half);
      await fetch(part, from + half, count - half);
    }
  };
  let waiting: Promise<void> | undefined;
  for (const part of parts) {
    const rows = Math.min(n - part.first * TILE, part.count * TILE);
    for (let from = 0; from < rows; from += step) {
      const next = fetch(part, from, Math.min(step, rows - from));
      next.catch(() => {});
      await waiting;
      waiting = next;
    }
  }
  await waiting;
  return out;
}

function flatten(gpu: Gpu, part: Part, d: number, from: number, count: number): Numbers {
  const pipeline = gpu.pipeline(FLATTEN, 'flatten');
  const flat = gpu.room(count * d);
  const shape = gpu.filled(Uint32Array.of(count, d, from, 0));
  gpu.run((pass) => {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bind(gpu, pipeline, part.rows, flat, shape));
    pass.dispatchWorkgroups(Math.ceil(count / TILE), Math.ceil(d / 4));
  });
  gpu.free(shape);
  return flat;
}
