import { bind, type Gpu, type Numbers } from './gpu.js';
import { TILE, type Tiles } from './tiles.js';

/** |b|² of a bank's rows and the greatest of these. */
export interface Norms {
  squares: Numbers;
  greatest: Numbers;
}

/**
 * |b|² of the bank's rows, beyond every distance for those that only fill the last tile, and the greatest of them, by its bits: those
 * of numbers from 0 on are in their order. Reads each row once.
 */
const SQUARES = `
struct Shape { first: u32, d4: u32, rows: u32, spare: u32 }
@group(0) @binding(0) var<storage, read> bank: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> squares: array<f32>;
@group(0) @binding(2) var<storage, read_write> greatest: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read> shape: Shape;

@compute @workgroup_size(${TILE})
fn square(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (shape.first + group.x) * ${TILE} + lane;
  if (row >= shape.rows) {
    squares[row] = 3e38;
    return;
  }
  var sums = vec4f(0);
  for (var k = 0u; k < shape.d4; k++) {
    let x = bank[(group.x * shape.d4 + k) * ${TILE} + lane];
    sums += x * x;
  }
  let own = sums.x + sums.y + (sums.z + sums.w);
  squares[row] = own;
  atomicMax(&greatest[0], bitcast<u32>(own));
}
`;

/** |b|² of rows, beyond every distance for those that only fill the last tile, and the greatest. */
export function squaredNorms(gpu: Gpu, { n, d4, count, parts }: Tiles): Norms {
  const pipeline = gpu.pipeline(SQUARES, 'square');
  const squares = gpu.room(count * TILE);
  const greatest = gpu.room(1);
  const shapes: Numbers[] = [];
  gpu.run((pass) => {
    pass.setPipeline(pipeline);
    for (const { rows, first, count: own } of parts) {
      const shape = gpu.filled(Uint32Array.of(first, d4, n, 0));
      shapes.push(shape);
      pass.setBindGroup(0, bind(gpu, pipeline, rows, squares, greatest, shape));
      pass.dispatchWorkgroups(own);
    }
  });
  gpu.free(...shapes);
  return { squares, greatest };
}
