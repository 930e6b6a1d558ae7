import { bind, type Gpu, type Numbers } from './gpu.js';

/** Rows of a tile. */
export const TILE = 128;
/** Numbers written to the GPU at a time. */
const STAGED = 2 ** 22;

/** Tiles [first, first + count) of rows, in a buffer that a kernel can see whole. */
export interface Part {
  readonly rows: Numbers;
  readonly first: number;
  readonly count: number;
}

/**
 * Rows [n × d] on the GPU in tiles of 128: [tiles × ⌈d/4⌉ × 128] vectors of four numbers, so that neighbouring threads, each with
 * a row of its own, read neighbouring places. Missing rows and dimensions are 0.
 */
export interface Tiles {
  readonly n: number;
  readonly d: number;
  /** Vectors of four a row. */
  readonly d4: number;
  readonly count: number;
  readonly parts: readonly Part[];
  free(): void;
}

const LAY_OUT = `
struct Shape { n: u32, d: u32, first: u32, tile: u32 }
@group(0) @binding(0) var<storage, read> given: array<f32>;
@binding(1) @group(0) var<storage, read_write> tiles: array<vec4f>;
@group(0) @binding(2) var<storage, read> shape: Shape;

// Given rows [first, first + n) of their part, n values of d each: one vector of four a thread.
@compute @workgroup_size(${TILE})
fn layOut(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let d4 = (shape.d + 3) / 4;
  let row = group.x * ${TILE} + lane;
  let k = group.y;
  if (row >= shape.n) { return; }
  var four = vec4f(0);
  for (var c = 0u; c < 4; c++) {
    if (4 * k + c < shape.d) { four[c] = given[row * shape.d + 4 * k + c]; }
  }
  let at = shape.first + row;
  tiles[(at / ${TILE} * d4 + k) * ${TILE} + at % ${TILE}] = four;
}
`;

/** Room for rows [n × d], zeroed, cut into parts that a binding holds. @param largest bytes of a part at most. */
export function roomForTiles(gpu: Gpu, n: number, d: number, largest: number = gpu.largest): Tiles {
  const d4 = Math.ceil(d / 4);
  const count = Math.ceil(n / TILE);
  const each = Math.max(1, Math.floor(largest / (16 * d4 * TILE)));
  const parts: Part[] = [];
  for (let first = 0; first < count; first += each) {
    const own = Math.min(each, count - first);
    parts.push({ rows: gpu.room(4 * d4 * TILE * own), first, count: own });
  }
  return { n, d, d4, count, parts, free: () => gpu.free(...parts.map((part) => part.rows)) };
}

/** Lays out rows [n × d] of the host's. @param largest bytes of a part at most. */
export function layOutTiles(gpu: Gpu, rows: Float32Array, d: number, largest: number = gpu.largest): Tiles {
  const n = rows.length / d;
  const tiles = roomForTiles(gpu, n, d, largest);
  for (const part of tiles.parts) {
    const [from, to] = [part.first * TILE, Math.min(n, (part.first + part.count) * TILE)];
    const step = Math.max(1, Math.floor(Math.min(STAGED, largest / 4) / d));
    for (let at = from; at < to; at += step) layOutSome(gpu, rows, d, part, [at, Math.min(to, at + step)]);
  }
  return tiles;
}

function layOutSome(gpu: Gpu, rows: Float32Array, d: number, part: Part, [from, to]: readonly [number, number]): void {
  const pipeline = gpu.pipeline(LAY_OUT, 'layOut');
  const given = gpu.filled(rows.subarray(from * d, to * d));
  const shape = gpu.filled(Uint32Array.of(to - from, d, from - part.first * TILE, 0));
  gpu.run((pass) => {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bind(gpu, pipeline, given, part.rows, shape));
    pass.dispatchWorkgroups(Math.ceil((to - from) / TILE), Math.ceil(d / 4));
  });
  gpu.free(given, shape);
}
