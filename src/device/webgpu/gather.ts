import { checkIndices } from '../../arguments.js';
import { bind, type Gpu, type Numbers } from './gpu.js';
import { roomForTiles, TILE, type Tiles } from './tiles.js';

/**
 * Copies the wanted rows that lie in a part of the source, [first, first + count) tiles, to tiles of their own: one vector of four
 * a thread, 32 bytes moved.
 */
const GATHER = `
struct Shape { wanted: u32, d4: u32, first: u32, count: u32, goal: u32, tiles: u32 }
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> goal: array<vec4f>;
@group(0) @binding(2) var<storage, read> wanted: array<u32>;
@group(0) @binding(3) var<storage, read> shape: Shape;

@compute @workgroup_size(${TILE})
fn gather(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let place = (shape.goal + group.x) * ${TILE} + lane;
  if (place >= shape.wanted) { return; }
  let row = wanted[place];
  let tile = row / ${TILE};
  if (tile < shape.first || tile >= shape.first + shape.count) { return; }
  let k = group.y;
  goal[(group.x * shape.d4 + k) * ${TILE} + lane] = source[((tile - shape.first) * shape.d4 + k) * ${TILE} + row % ${TILE}];
}
`;

/** Some rows as tiles of their own. @param largest bytes of a part at most. @throws RangeError for a row that is not there. */
export function gatherTiles(gpu: Gpu, from: Tiles, rows: Int32Array, largest: number = gpu.largest): Tiles {
  checkIndices('rows', rows, from.n);
  const goal = roomForTiles(gpu, rows.length, from.d, largest);
  const pipeline = gpu.pipeline(GATHER, 'gather');
  const wanted = gpu.filled(rows);
  const shapes: Numbers[] = [];
  gpu.run((pass) => {
    pass.setPipeline(pipeline);
    for (const to of goal.parts) {
      for (const { rows: source, first, count } of from.parts) {
        const shape = gpu.filled(Uint32Array.of(rows.length, from.d4, first, count, to.first, to.count));
        shapes.push(shape);
        pass.setBindGroup(0, bind(gpu, pipeline, source, to.rows, wanted, shape));
        pass.dispatchWorkgroups(to.count, from.d4);
      }
    }
  });
  gpu.free(wanted, ...shapes);
  return goal;
}
