import type { OnnxGraph } from '../../engine/onnx-graph.js';
import { InputError } from '../../errors.js';
import { patchGrid } from '../../features/layers.js';
import { addEmbedding } from '../../features/onnx-embedding.js';
import { bankInGraph, patchesToGraph } from '../bank-onnx.js';
import { addDistances, addInParts, addNearest, addOrder, addSmallest, type OnnxBank } from '../onnx-nearest.js';
import type { OnnxEnd, OnnxStart } from '../system.js';
import type { WitnessedBank } from './witnessed.js';

/** Pictures beyond those wanted whose distances are taken anew. */
const SPARE = 3;

/** Doubted rows by picture, each picture's in a row of equal length, its first one standing in for those it lacks. */
interface Pictures {
  bank: OnnxBank;
  /** [count] row of the bank that stands at each place of the pictures' rows. */
  places: string;
  count: number;
  length: number;
}

/** The end of a graph for a bank with doubted rows, as {@link indexWitnessed} searches it. */
export function witnessToGraph(start: OnnxStart, { rows, groups, doubted }: WitnessedBank, witnesses: number): OnnxEnd {
  const { graph, spec, maps, half } = start;
  const { positions } = patchGrid(spec);
  const d = rows.length / groups.length;
  const part = (mark: number): number[] => [...groups.keys()].filter((row) => doubted[row] === mark);
  const gathered = (own: number[]): Float32Array => {
    const out = new Float32Array(own.length * d);
    for (const [i, row] of own.entries()) out.set(rows.subarray(row * d, (row + 1) * d), i * d);
    return out;
  };
  const queries = addEmbedding(graph, spec, maps);
  const trustedRows = part(0);
  const doubtedRows = witnesses > 0 ? part(1) : [];
  const trusted = trustedRows.length > 0 ? bankInGraph(graph, 'trusted', gathered(trustedRows), d, half) : null;
  const inDoubt =
    new Set(doubtedRows.map((row) => groups[row])).size >= witnesses && doubtedRows.length > 0
      ? placed(
          graph,
          bankInGraph(graph, 'doubted', gathered(doubtedRows), d, half),
          doubtedRows.map((row) => groups[row]),
        )
      : null;
  if (!trusted && !inDoubt) throw new InputError('no row of the bank counts', 'Fit the detector again');
  const [distances] = addInParts(graph, queries, [positions, d], 'search', {
    outputs: [{ width: 1, type: 'float' }],
    add(inner, own) {
      const near = trusted ? [addNearest(inner, trusted, own, 1, 'search/trusted')[0]] : [];
      if (inDoubt) near.push(nearestOfPictures(inner, inDoubt, own, witnesses));
      return [near.length === 2 ? inner.op('Min', near) : near[0]];
    },
  });
  const all = graph.constant('witness:all', [1], Int32Array.of(-1));
  return patchesToGraph(start, graph.op('Reshape', [distances, all]));
}

function placed(graph: OnnxGraph, bank: OnnxBank, groups: readonly number[]): Pictures {
  const rowsOf = new Map<number, number[]>();
  for (const [row, picture] of groups.entries()) rowsOf.set(picture, [...(rowsOf.get(picture) ?? []), row]);
  const lists = [...rowsOf.values()];
  const length = Math.max(...lists.map((own) => own.length));
  const places = lists.flatMap((own) => Array.from({ length }, (_, i) => own[i] ?? own[0]));
  return {
    bank,
    places: graph.constant('doubted:places', [places.length], Int32Array.from(places)),
    count: lists.length,
    length,
  };
}

/** Squared distance [q × 1] to the farthest of the nearest rows of `witnesses` pictures. */
function nearestOfPictures(
  graph: OnnxGraph,
  { bank, places, count, length }: Pictures,
  queries: string,
  witnesses: number,
): string {
  const whole = (name: string, values: number[]): string =>
    graph.constant(`search/pictures:${name}`, [values.length], Int32Array.from(values));
  const order = graph.op('Gather', [addOrder(graph, bank, queries), places], { axis: 1 });
  const byPicture = graph.op('Reshape', [order, whole('apart', [-1, count, length])]);
  const nearest = graph.op('ArgMin', [byPicture], { axis: 2, keepdims: 0 });
  const least = graph.op('Neg', [graph.op('GlobalMaxPool', [graph.op('Neg', [byPicture])])]);
  const few = Math.min(count, witnesses + SPARE);
  const flat = graph.op('Reshape', [least, whole('flat', [-1, count])]);
  const [, pictures] = addSmallest(graph, flat, few, 'search/pictures:few');
  const inside = graph.op('GatherElements', [nearest, pictures], { axis: 1 });
  const start = graph.op('Mul', [pictures, whole('length', [length])]);
  const numbers = graph.op('Gather', [places, graph.op('Add', [start, inside])]);
  const squared = addDistances(graph, bank, queries, numbers, 'search/pictures');
  const [sorted] = addSmallest(graph, squared, witnesses, 'search/pictures:k');
  return graph.op('Gather', [sorted, whole('last', [witnesses - 1])], { axis: 1 });
}
