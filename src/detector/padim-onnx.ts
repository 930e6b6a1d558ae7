import type { OnnxGraph } from '../engine/onnx-graph.js';
import { InputError } from '../errors.js';
import { mapsLayout } from '../features/reading.js';
import { halvesFromFloats } from '../storage/half.js';
import type { Border } from './map.js';
import { addLargest, addMap } from './onnx-map.js';
import { triangle, vectorLength } from './padim-block.js';
import type { OnnxEnd, OnnxStart } from './system.js';

/** Bytes a constant may have: an ONNX file holds less than 2 GB. */
const MOST = 2 ** 31 - 2 ** 24;

/**
 * PaDiM's end of a graph: L⁻¹δ as a product at every position. ONNX solves no triangular system, so L⁻¹ is kept whole, twice the numbers of
 * a detector. @throws InputError where they do not fit into an ONNX file.
 */
export function padimToGraph(start: OnnxStart, border: Border): OnnxEnd {
  const { graph, spec, tensors, half } = start;
  const layout = mapsLayout(spec);
  const grid = layout.maps[0].side;
  const positions = grid * grid;
  const d = vectorLength(layout);
  const bytes = positions * d * d * (half ? 2 : 4);
  if (bytes > MOST) {
    throw new InputError(
      `the Gaussians of ${d} channels at ${positions} positions take ${(bytes / 1e9).toFixed(1)} GB as ONNX, a file holds 2`,
      half
        ? 'Fit with fewer channels (--set channels=N)'
        : 'Halve them with --half, or fit with fewer channels (--set channels=N)',
    );
  }
  const whole = (name: string, values: ArrayLike<number>): string =>
    graph.constant(`padim:${name}`, [values.length], Int32Array.from(values));
  const vectors = joinedMaps(start, grid);
  const apart = graph.op('Reshape', [vectors, whole('vectors', [-1, d, positions])]);
  const turned = graph.op('Transpose', [apart], { perm: [2, 1, 0] });
  const mean = graph.constant('padim:mean', [positions, d, 1], tensors.mean.data as Float32Array);
  const solved = graph.op('MatMul', [
    inverse(graph, tensors.lower.data as Float32Array, [positions, d], half),
    graph.op('Sub', [turned, mean]),
  ]);
  const squares = graph.op('ReduceSum', [graph.op('Mul', [solved, solved]), whole('channels', [1])], { keepdims: 0 });
  const scores = graph.op('Transpose', [graph.op('Sqrt', [squares])], { perm: [1, 0] });
  const map = addMap(graph, 'map', scores, [grid, spec.preprocessing.crop], border);
  return { score: addLargest(graph, 'image', map), map };
}

/** The chosen channels of all layers on the first one's grid, deeper ones by block replication: [n × d × grid × grid]. */
function joinedMaps({ graph, spec, maps }: OnnxStart, grid: number): string {
  const parts = mapsLayout(spec).maps.flatMap(({ side, channels }, l) => {
    if (channels.length === 0) return [];
    const whole = (name: string, values: ArrayLike<number>): string =>
      graph.constant(`padim:${name} ${l}`, [values.length], Int32Array.from(values));
    const chosen = graph.op('Gather', [maps[l], whole('channels', channels)], { axis: 1 });
    if (side === grid) return [chosen];
    const places = whole(
      'places',
      Array.from({ length: grid }, (_, y) => Math.floor((y * side) / grid)),
    );
    return [graph.op('Gather', [graph.op('Gather', [chosen, places], { axis: 2 }), places], { axis: 3 })];
  });
  return parts.length === 1 ? parts[0] : graph.op('Concat', parts, { axis: 1 });
}

/** L⁻¹ of packed lower triangles, whole: [positions × d × d]. */
function inverse(graph: OnnxGraph, lower: Float32Array, [positions, d]: [number, number], half: boolean): string {
  const values = new Float32Array(positions * d * d);
  const own = new Float64Array(d * d);
  for (let p = 0; p < positions; p++) {
    invertLower(lower, p * triangle(d), d, own);
    values.set(own, p * d * d);
  }
  const stored = graph.constant('padim:inverse', [positions, d, d], half ? halvesFromFloats(values) : values);
  return half ? graph.op('Cast', [stored], { to: 1 }) : stored;
}

/** The inverse of a packed lower triangle from `at`, row by row, zeros above the diagonal. */
export function invertLower(lower: Float32Array, at: number, d: number, out: Float64Array): void {
  out.fill(0);
  for (let a = 0; a < d; a++) {
    const row = at + triangle(a);
    const pivot = 1 / lower[row + a];
    for (let b = 0; b < a; b++) {
      const factor = lower[row + b];
      if (factor !== 0) for (let c = 0; c <= b; c++) out[a * d + c] -= factor * out[b * d + c];
    }
    for (let c = 0; c < a; c++) out[a * d + c] *= pivot;
    out[a * d + a] = pivot;
  }
}
