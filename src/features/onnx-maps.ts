import { opsetOf } from '../engine/onnx-file.js';
import { type OnnxGraph, onnxGraph } from '../engine/onnx-graph.js';
import { renamed } from '../engine/onnx-rename.js';
import { InputError } from '../errors.js';
import { specNetwork, specParameters, specWriter } from './embedder.js';
import { IMAGE } from './network.js';
import { fileOf } from './onnx-foreign.js';
import { addInput } from './onnx-input.js';
import { ONNX_IMAGE, onnxLayer, prepareOnnx } from './onnx-network.js';
import type { FeatureSpec, OnnxLayer } from './spec.js';

/** The operator set of exported graphs, unless an ONNX file's network asks for another. */
export const EXPORT_OPSET = 17;
/** What the graphs added here are written in at least. */
const LEAST_OPSET = 13;

/** A graph with its input and the layers a spec reads. */
export interface OnnxMaps {
  graph: OnnxGraph;
  /** Each layer's map [n × channels × side × side]. */
  maps: string[];
}

/** How a graph is exported. */
export interface OnnxInputOptions {
  /** Takes bytes at the crop's size and normalises them itself. */
  raw: boolean;
  /** Images a run takes, or a name where each run chooses. */
  batch: number | string;
}

/**
 * A spec's network with its weights as the beginning of a graph.
 * @throws InputError for weights or an ONNX file that cannot be used.
 */
export async function onnxMaps(spec: FeatureSpec, { raw, batch }: OnnxInputOptions): Promise<OnnxMaps> {
  if (spec.network) return foreignMaps(spec, spec.network.layers, { raw, batch });
  const network = specNetwork(spec);
  const graph = onnxGraph(spec.backbone, { opset: EXPORT_OPSET });
  const image = addInput(graph, spec.preprocessing, raw, batch);
  if (image !== IMAGE) graph.op('Identity', [image], {}, IMAGE);
  specWriter(spec)(graph, network, await specParameters(spec, network));
  return { graph, maps: network.outputs.map(({ output }) => output) };
}

async function foreignMaps(
  spec: FeatureSpec,
  layers: readonly OnnxLayer[],
  { raw, batch }: OnnxInputOptions,
): Promise<OnnxMaps> {
  const file = fileOf(spec.weights);
  const model = await prepareOnnx(
    file,
    layers.map(({ layer }) => layer),
  );
  const opset = opsetOf(model);
  if (opset < LEAST_OPSET) {
    throw new InputError(`${file.path} is written in operator set ${opset}`, `Export it with ${LEAST_OPSET} or later`);
  }
  if (model.functions.length > 0) {
    throw new InputError(`${file.path} defines functions of its own`, 'Export it with its functions inlined');
  }
  const others = model.opsetImport.filter(({ domain }) => domain !== '' && domain !== 'ai.onnx');
  const graph = onnxGraph(spec.backbone, { opset, others });
  const image = addInput(graph, spec.preprocessing, raw, batch);
  const name = (own: string): string => (own === ONNX_IMAGE ? image : `network/${own}`);
  graph.include(renamed(model.graph, name));
  return { graph, maps: layers.map((layer, i) => channelsFirst(graph, name(onnxLayer(i)), layer)) };
}

/** A layer of a foreign network as a map [n × channels × side × side]. */
function channelsFirst(graph: OnnxGraph, value: string, { form, side, channels, others }: OnnxLayer): string {
  if (form === 'channels-first') return value;
  if (form === 'channels-last') return graph.op('Transpose', [value], { perm: [0, 3, 1, 2] });
  const whole = (name: string, data: number[]): string =>
    graph.constant(`${value}:${name}`, [data.length], Int32Array.from(data));
  const patches = graph.op('Slice', [
    value,
    whole('from', [others]),
    whole('to', [others + side * side]),
    whole('axis', [1]),
  ]);
  const turned = graph.op('Transpose', [patches], { perm: [0, 2, 1] });
  return graph.op('Reshape', [turned, whole('shape', [-1, channels, side, side])]);
}
