import { engineError } from '../engine/explain-failure.js';
import { type Provider, parseChoice } from '../engine/names.js';
import { importOnnxRuntime, loadOnnxRuntime } from '../engine/onnx.js';
import { createRandom } from '../random.js';
import type { Executor } from './executor.js';
import type { Network } from './network.js';
import { createOnnxExecutor } from './onnx-executor.js';
import { loadParameters, type Parameters, randomParameters } from './parameters.js';
import { createReading } from './reading.js';
import { resnet } from './resnet.js';
import type { FeatureSpec } from './spec.js';
import { createTensorFlowExecutor } from './tensorflow-executor.js';

/** Turns one normalised image [crop × crop × 3] into layer maps, and these into what the spec reads. */
export interface Embedder {
  executor: string;
  forward: Executor['forward'];
  embed: ReturnType<typeof createReading>;
  dispose(): Promise<void>;
}

/** Loads or draws the parameters a spec names, checked against the truncated network. */
export async function specParameters(spec: FeatureSpec): Promise<Parameters> {
  const network = resnet(spec.backbone, spec.layers);
  if (spec.weights.kind === 'file') return loadParameters(network, spec.weights.path);
  return randomParameters(network, createRandom(spec.weights.seed), spec.weights.seed);
}

/**
 * Builds the executor a spec asks for, on one thread.
 * @throws InputError for unusable weights, or with the mend when onnxruntime or its provider is asked for and does not start.
 */
export async function createEmbedder(spec: FeatureSpec): Promise<Embedder> {
  const network = resnet(spec.backbone, spec.layers);
  const parameters = await specParameters(spec);
  const executor = await createExecutor(spec, network, parameters);
  return {
    executor: executor.name,
    forward: (image, side) => executor.forward(image, side),
    embed: createReading(spec),
    dispose: () => executor.dispose(),
  };
}

/** On threads the fastest engine is onnxruntime on the processor, where it is installed. */
async function createExecutor(spec: FeatureSpec, network: Network, parameters: Parameters): Promise<Executor> {
  const { executor: choice, preprocessing } = spec;
  const onnx = async (provider: Provider): Promise<Executor> =>
    createOnnxExecutor(await importOnnxRuntime(), network, parameters, preprocessing.crop, provider);
  if (choice === 'auto') {
    const installed = (await loadOnnxRuntime()) !== undefined;
    return installed ? onnx('cpu') : createTensorFlowExecutor(network, parameters, 'wasm');
  }
  const { name, provider } = parseChoice(choice);
  if (name !== 'onnx') return createTensorFlowExecutor(network, parameters, name === 'cpu' ? 'cpu' : 'wasm');
  return onnx(provider).catch((error) => {
    throw engineError(choice, error);
  });
}

/** The patch grid of a spec: side in patches, and patches an image. */
export function patchGrid(spec: FeatureSpec): { side: number; positions: number } {
  const [first] = resnet(spec.backbone, spec.layers).outputs;
  const side = Math.ceil(spec.preprocessing.crop / first.stride);
  return { side, positions: side * side };
}
