import { mapsLayout } from '../../features/reading.js';
import { randomFromDraw } from '../../random.js';
import { addLargest, addMap } from '../onnx-map.js';
import type { OnnxEnd, OnnxStart } from '../system.js';
import { CONDITION, positionalCode } from './condition.js';
import { flowConstants, forward } from './flow-graph.js';
import { drawMixing, splitParameters } from './parameters.js';
import type { CflowSettings } from './settings.js';

/** The flows' end of a graph: each layer's probabilities stretched and summed, relative to what was found in training. */
export function cflowToGraph(start: OnnxStart, { blocks, mixing }: CflowSettings): OnnxEnd {
  const { graph, spec, maps, tensors } = start;
  const reference = tensors.reference.data as Float32Array;
  const constants = flowConstants(graph);
  const scalar = (name: string, value: number): string => graph.constant(`cflow:${name}`, [1], Float32Array.of(value));
  const whole = (name: string, values: number[]): string =>
    graph.constant(`cflow:${name}`, [values.length], Int32Array.from(values));
  const sums = mapsLayout(spec).maps.map(({ side, channels }, l) => {
    const positions = side * side;
    const shape = { channels: channels.length, blocks };
    const moved = graph.op('Transpose', [maps[l]], { perm: [0, 2, 3, 1] });
    const x = graph.op('Reshape', [moved, whole(`vectors ${l}`, [-1, positions, channels.length])]);
    const code = graph.constant(`cflow:code ${l}`, [1, positions, CONDITION], positionalCode(side));
    // Repeated for every image: zeros of its vectors' shape are added.
    const zeros = graph.op('Mul', [
      graph.op('Slice', [x, whole(`from ${l}`, [0]), whole(`to ${l}`, [1]), whole(`axis ${l}`, [2])]),
      scalar(`zero ${l}`, 0),
    ]);
    const flat = (value: string, width: number, name: string): string =>
      graph.op('Reshape', [value, whole(`${name} ${l}`, [-1, width])]);
    const parameters = splitParameters(shape, tensors[`flow.${l}`].data as Float32Array);
    const seed = (tensors.seeds.data as Int32Array)[l];
    const { likelihood } = forward(graph, constants, shape, drawMixing(shape, mixing, randomFromDraw(seed)), {
      x: flat(x, channels.length, 'flat'),
      code: flat(graph.op('Add', [zeros, code]), CONDITION, 'codes'),
      prefix: `layer ${l} `,
      parameter: (name, own, index) => graph.constant(`cflow:${name} ${l}`, own, parameters[index][0]),
    });
    const probability = graph.op('Exp', [graph.op('Sub', [likelihood, scalar(`largest ${l}`, reference[l])])]);
    return addMap(graph, `cflow:map ${l}`, probability, [side, spec.preprocessing.crop], null, 'aligned');
  });
  const total = sums.reduce((sum, part) => graph.op('Add', [sum, part]));
  const map = graph.op('Sub', [scalar('most', reference[reference.length - 1]), total]);
  return { score: addLargest(graph, 'image', map), map };
}
