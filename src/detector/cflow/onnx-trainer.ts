import type { OnnxRuntime } from '../../engine/onnx.js';
import { adamStep } from './adam.js';
import { CONDITION } from './condition.js';
import { gradientModel } from './flow-gradient.js';
import { likelihoodModel, parameterNames } from './flow-graph.js';
import { type FlowShape, type Mixing, splitParameters } from './parameters.js';
import type { FlowState, FlowTrainer } from './trainer.js';

type Session = Awaited<ReturnType<OnnxRuntime['InferenceSession']['create']>>;

/**
 * A trainer whose products run in onnxruntime on the processor; Adam runs here, in place. Losses and gradients are those of
 * {@link createTrainer} up to rounding. Vectors of all steps have one number, that of the first.
 * @param cores threads that share a step's products; sums keep their order, so results do not depend on them.
 */
export async function createOnnxTrainer(
  runtime: OnnxRuntime,
  shape: FlowShape,
  mixing: readonly Mixing[],
  state: FlowState,
  cores: number,
): Promise<FlowTrainer> {
  const { Tensor, InferenceSession } = runtime;
  const start = (model: Uint8Array): Promise<Session> =>
    InferenceSession.create(model, {
      executionProviders: ['cpu'],
      intraOpNumThreads: cores,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    });
  const names = parameterNames(shape);
  // Copies: the library takes no shared memory.
  const parameters = state.parameters.slice();
  const [first, second] = [state.first.slice(), state.second.slice()];
  const gradient = new Float32Array(parameters.length);
  const loss = new Float32Array(1);
  const tensors = (flat: Float32Array, prefix: string): Record<string, object> =>
    Object.fromEntries(
      splitParameters(shape, flat).map(([values, own], i) => [prefix + names[i], new Tensor('float32', values, own)]),
    );
  const given = tensors(parameters, '');
  const wanted = { ...tensors(gradient, 'd'), loss: new Tensor('float32', loss, [1, 1]) };
  const inputs = (vectors: Float32Array, codes: Float32Array): object => {
    const n = vectors.length / shape.channels;
    return {
      ...given,
      x: new Tensor('float32', vectors, [n, shape.channels]),
      code: new Tensor('float32', codes, [n, CONDITION]),
    };
  };
  let training: Session | undefined;
  let judging: Session | undefined;
  let [total, taken] = [0, 0];
  return {
    async step(vectors, codes, rate) {
      training ??= await start(gradientModel(shape, mixing, vectors.length / shape.channels));
      await training.run(inputs(vectors, codes), wanted);
      adamStep(parameters, gradient, [first, second], rate, ++state.steps);
      total += loss[0];
      taken++;
    },
    settle: async () => {},
    async loss() {
      const mean = total / taken;
      [total, taken] = [0, 0];
      return mean;
    },
    async likelihood(vectors, codes) {
      judging ??= await start(likelihoodModel(shape, mixing));
      return (await judging.run(inputs(vectors, codes))).likelihood.data;
    },
    async store() {
      state.parameters.set(parameters);
      state.first.set(first);
      state.second.set(second);
    },
    async dispose() {
      await training?.release();
      await judging?.release();
    },
  };
}
