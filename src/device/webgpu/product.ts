import { bind, type Gpu, type Numbers } from './gpu.js';
import { roomForTiles, TILE, type Tiles } from './tiles.js';

/** Vectors of four that a thread takes from the workgroup's memory at a time. */
const AHEAD = 2;
/** Rows and columns of a thread: 8 × 8 of a tile's 128 × 128. */
const OWN = 8;
const SIDE = TILE / OWN;
const numbers = Array.from({ length: OWN }, (_, i) => i);
const each = (line: (i: number) => string): string => numbers.map(line).join('\n');
/** Column of a thread's j-th, from its own y: four neighbours make a vector of the result. */
const column = (j: number): string => `${Math.floor(j / 4) * (TILE / 2) + (j % 4)} + 4 * y`;

/**
 * Rows times the rows of a matrix, X Bᵀ: a tile of 128 rows and 128 of the matrix a workgroup. Reads (128 + 128)·d·4 bytes for
 * 2·128·128·d operations, writes 64 KiB.
 */
const PRODUCT = `
struct Shape { start: u32, to: u32, goal: u32, d4: u32, wide4: u32 }
@group(0) @binding(0) var<storage, read> rows: array<vec4f>;
@group(0) @binding(1) var<storage, read> matrix: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> goal: array<vec4f>;
@group(0) @binding(3) var<storage, read> shape: Shape;
var<workgroup> left: array<vec4f, ${AHEAD * TILE}>;
var<workgroup> right: array<vec4f, ${AHEAD * TILE}>;

@compute @workgroup_size(${SIDE * SIDE})
fn product(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let x = lane % ${SIDE};
  let y = lane / ${SIDE};
  let d4 = shape.d4;
  let tile = shape.start + group.x;
  ${each((i) => numbers.map((j) => `var s${i}_${j} = 0f;`).join(' '))}
  for (var k0 = 0u; k0 < d4; k0 += ${AHEAD}) {
    workgroupBarrier();
    for (var i = lane; i < ${AHEAD * TILE}; i += ${SIDE * SIDE}) {
      let k = min(k0 + i / ${TILE}, d4 - 1);
      let inside = k0 + i / ${TILE} < d4;
      left[i] = select(vec4f(0), rows[(tile * d4 + k) * ${TILE} + i % ${TILE}], inside);
      right[i] = select(vec4f(0), matrix[(group.y * d4 + k) * ${TILE} + i % ${TILE}], inside);
    }
    workgroupBarrier();
    for (var k = 0u; k < ${AHEAD}; k++) {
      ${each((i) => `let a${i} = left[k * ${TILE} + ${i * SIDE} + x]; let b${i} = right[k * ${TILE} + ${column(i)}];`)}
      ${each((i) => numbers.map((j) => `s${i}_${j} += dot(a${i}, b${j});`).join(' '))}
    }
  }
  let out = (shape.goal + group.x) * shape.wide4;
  let first = group.y * ${TILE / 4} + y;
  ${each((i) =>
    [0, 1]
      .map(
        (half) => `if (first + ${half * SIDE} < shape.wide4) {
    goal[(out + first + ${half * SIDE}) * ${TILE} + ${i * SIDE} + x] = vec4f(${[0, 1, 2, 3].map((c) => `s${i}_${4 * half + c}`).join(', ')});
  }`,
      )
      .join('\n'),
  )}
}
`;

/** X Bᵀ of rows [n × d] and a matrix [m × d], both on the GPU, as rows [n × m] there. @param largest bytes of a part at most. */
export function multiplyTiles(gpu: Gpu, rows: Tiles, matrix: Tiles, largest: number = gpu.largest): Tiles {
  const goal = roomForTiles(gpu, rows.n, matrix.n, largest);
  const pipeline = gpu.pipeline(PRODUCT, 'product');
  const shapes: Numbers[] = [];
  gpu.run((pass) => {
    pass.setPipeline(pipeline);
    for (const to of goal.parts) {
      for (const from of rows.parts) {
        const first = Math.max(to.first, from.first);
        const last = Math.min(to.first + to.count, from.first + from.count);
        if (first >= last) continue;
        const shape = gpu.filled(
          Uint32Array.of(first - from.first, last - from.first, first - to.first, rows.d4, goal.d4),
        );
        shapes.push(shape);
        pass.setBindGroup(0, bind(gpu, pipeline, from.rows, matrix.parts[0].rows, to.rows, shape));
        pass.dispatchWorkgroups(last - first, matrix.count);
      }
    }
  });
  gpu.free(...shapes);
  return goal;
}
