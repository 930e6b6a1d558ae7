import { type EngineChoice, type Provider, parseChoice } from '../engine/names.js';
import { importOnnxRuntime, type OnnxRuntime } from '../engine/onnx.js';
import { InputError } from '../errors.js';
import { createRandom } from '../random.js';
import type { Executor } from './executor.js';
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
 * @throws InputError for unusable weights, or when onnxruntime-node is asked for and does not load.
 */
export async function createEmbedder(spec: FeatureSpec): Promise<Embedder> {
  const network = resnet(spec.backbone, spec.layers);
  const parameters = await specParameters(spec);
  const { name, provider } = spec.executor === 'auto' ? AUTO : parseChoice(spec.executor);
  const runtime = name === 'onnx' ? await onnxRuntime(spec.executor) : undefined;
  const executor = runtime
    ? await createOnnxExecutor(runtime, network, parameters, spec.preprocessing.crop, provider)
    : await createTensorFlowExecutor(network, parameters, name === 'cpu' ? 'cpu' : 'wasm');
  return {
    executor: executor.name,
    forward: (image, side) => executor.forward(image, side),
    embed: createReading(spec),
    dispose: () => executor.dispose(),
  };
}

/** On threads the fastest engine is onnxruntime on the processor, where it is installed. */
const AUTO: { name: 'onnx'; provider: Provider } = { name: 'onnx', provider: 'cpu' };

async function onnxRuntime(choice: EngineChoice): Promise<OnnxRuntime | undefined> {
  try {
    return await importOnnxRuntime();
  } catch (error) {
    if (choice === 'auto') return undefined;
    throw new InputError(
      `onnxruntime-node does not load: ${(error as Error).message.split('\n')[0]}`,
      'Run npm install onnxruntime-node --onnxruntime-node-install=skip, or choose --engine wasm',
    );
  }
}

/** The patch grid of a spec: side in patches, and patches an image. */
export function patchGrid(spec: FeatureSpec): { side: number; positions: number } {
  const [first] = resnet(spec.backbone, spec.layers).outputs;
  const side = Math.ceil(spec.preprocessing.crop / first.stride);
  return { side, positions: side * side };
}
