import type { OnnxGraph } from '../engine/onnx-graph.js';
import { IMAGENET_DEVIATION, IMAGENET_MEAN, type Preprocessing } from '../image/preprocess.js';

/**
 * Adds the input of a batch: `image`, normalised floats [n × 3 × side × side], or with `raw` the bytes of `pixels`
 * [n × side × side × 3], red first, which are normalised in the graph.
 * @returns the normalised images' name.
 */
export function addInput(
  graph: OnnxGraph,
  { crop: side, mean = IMAGENET_MEAN, deviation = IMAGENET_DEVIATION }: Preprocessing,
  raw: boolean,
  batch: number | string,
): string {
  if (!raw) return graph.input('image', [batch, 3, side, side]);
  const pixels = graph.input('pixels', [batch, side, side, 3], 'uint8');
  const values = graph.op('Cast', [pixels], { to: 1 });
  const constant = (name: string, data: readonly number[]): string =>
    graph.constant(`input:${name}`, [data.length], Float32Array.from(data));
  const parts = graph.op('Sub', [graph.op('Div', [values, constant('white', [255])]), constant('mean', mean)]);
  const normal = graph.op('Div', [parts, constant('deviation', deviation)]);
  return graph.op('Transpose', [normal], { perm: [0, 3, 1, 2] });
}
