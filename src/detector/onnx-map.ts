import type { OnnxGraph } from '../engine/onnx-graph.js';
import { bilinearMatrix } from '../features/onnx-embedding.js';
import type { Corners } from '../image/bilinear.js';
import { type Border, blurred, patchOf } from './map.js';

/**
 * Adds the anomaly map of patch scores [n × grid·grid] at [n × side × side]: bilinear stretching and Gaussian blur are linear in rows and
 * in columns, so both are one matrix. @param border of the blur; null: none.
 */
export function addMap(
  graph: OnnxGraph,
  name: string,
  scores: string,
  [grid, side]: readonly [number, number],
  border: Border | null,
  corners: Corners | 'nearest' = 'half',
): string {
  const shape = graph.constant(`${name}:grid`, [3], Int32Array.of(-1, grid, grid));
  const matrix = corners === 'nearest' ? blockMatrix(grid, side) : bilinearMatrix(grid, side, corners);
  const across = graph.constant(`${name}:across`, [grid, side], border ? blurred(matrix, grid, side, border) : matrix);
  const wide = graph.op('MatMul', [graph.op('Reshape', [scores, shape]), across]);
  const turned = graph.op('Transpose', [wide], { perm: [0, 2, 1] });
  return graph.op('Transpose', [graph.op('MatMul', [turned, across])], { perm: [0, 2, 1] });
}

function blockMatrix(grid: number, side: number): Float32Array {
  const matrix = new Float32Array(grid * side);
  for (const [pixel, patch] of patchOf(grid, side).entries()) matrix[patch * side + pixel] = 1;
  return matrix;
}

/** The largest of each image's values [n × …], [n]. */
export function addLargest(graph: OnnxGraph, name: string, values: string): string {
  const flat = graph.op('Flatten', [values], { axis: 1 });
  const one = graph.constant(`${name}:one`, [1], Int32Array.of(1));
  const [largest] = graph.ops('TopK', [flat, one], 2, { axis: 1 });
  return graph.op('Reshape', [largest, graph.constant(`${name}:all`, [1], Int32Array.of(-1))]);
}
