import { type Engine, parseChoice } from '../../engine/names.js';
import { importOnnxRuntime } from '../../engine/onnx.js';
import { loadTensorFlow, type TensorFlow } from '../../engine/tensorflow.js';
import { Cancelled } from '../../errors.js';
import type { MapLayout } from '../../features/reading.js';
import type { TaskContext } from '../../kernels/task.js';
import { randomFromDraw } from '../../random.js';
import { CONDITION, positionalCode } from './condition.js';
import { createOnnxTrainer } from './onnx-trainer.js';
import { drawMixing, type FlowShape, type Mixing } from './parameters.js';
import type { CflowSettings } from './settings.js';
import { createTrainer, type FlowState, type FlowTrainer } from './trainer.js';

/** One layer's flow and the maps it sees. Typed arrays lie in shared memory. */
export interface LayerWork {
  map: MapLayout;
  /** Values of an image, all layers. */
  length: number;
  values: Float32Array;
  parameters: Float32Array;
  blocks: number;
  mixing: CflowSettings['mixing'];
  /** Seed of the fixed mixing. */
  seed: number;
  /** What computes on threads: onnxruntime where it runs the networks too, else TensorFlow.js. */
  engine: Engine;
  /** Threads that share the job's products; 1 where left out. */
  cores?: number;
}

/** A pass over the images in batches, with a learning rate each; fibres are drawn from `seed`. */
export interface PassJob extends LayerWork {
  kind: 'pass';
  first: Float32Array;
  second: Float32Array;
  steps: number;
  fibre: number;
  batches: { images: readonly number[]; rate: number; seed: number }[];
  /** Not 0: stop. */
  stop: Int32Array;
}

/** ℓ of every position of images [from, to), into `likelihood` [images × positions]. */
export interface LikelihoodJob extends LayerWork {
  kind: 'likelihood';
  likelihood: Float32Array;
  from: number;
  to: number;
}

export interface PassOutcome {
  steps: number;
  loss: number;
}

/** Vectors whose likelihood is computed together. */
const TOGETHER = 1024;

/** Runs a job on one thread; a pass changes parameters and moments in place, all at its end. */
export async function run(context: TaskContext, job: PassJob | LikelihoodJob): Promise<PassOutcome | null> {
  const report = (taken: number): void => context.report(taken);
  if (parseChoice(job.engine).name !== 'onnx') return runFlow(await loadTensorFlow(), job, report);
  const { shape, state, mixing } = prepare(job);
  return train(await createOnnxTrainer(await importOnnxRuntime(), shape, mixing, state, job.cores ?? 1), job, report);
}

/** The same on the current backend of `tf`, in whatever thread this is. */
export async function runFlow(
  tf: TensorFlow,
  job: PassJob | LikelihoodJob,
  report: (taken: number) => void,
): Promise<PassOutcome | null> {
  const { shape, state, mixing } = prepare(job);
  tf.engine().startScope();
  try {
    return await train(createTrainer(tf, shape, mixing, state), job, report);
  } finally {
    tf.engine().endScope();
  }
}

function prepare(job: PassJob | LikelihoodJob): { shape: FlowShape; state: FlowState; mixing: Mixing[] } {
  const { map, blocks, seed, parameters } = job;
  const shape = { channels: map.channels.length, blocks };
  const empty = new Float32Array(parameters.length);
  const state =
    job.kind === 'pass'
      ? { parameters, first: job.first, second: job.second, steps: job.steps }
      : { parameters, first: empty, second: empty, steps: 0 };
  return { shape, state, mixing: drawMixing(shape, job.mixing, randomFromDraw(seed)) };
}

async function train(
  trainer: FlowTrainer,
  job: PassJob | LikelihoodJob,
  report: (taken: number) => void,
): Promise<PassOutcome | null> {
  try {
    if (job.kind === 'likelihood') {
      await likelihoods(trainer, job);
      return null;
    }
    const steps = job.steps + (await pass(trainer, job, report));
    const loss = await trainer.loss();
    if (!Number.isFinite(loss)) throw new Error(`the loss of ${job.map.layer} is ${loss}; lower the learning rate`);
    await trainer.store();
    return { steps, loss };
  } finally {
    await trainer.dispose();
  }
}

/** Shuffles a batch's vectors and takes one Adam step a fibre of them; the remainder is dropped (docs/methods.md 6.2). @returns steps. */
async function pass(trainer: FlowTrainer, job: PassJob, report: (taken: number) => void): Promise<number> {
  const { map, length, values, fibre, batches, stop } = job;
  const channels = map.channels.length;
  const positions = map.side ** 2;
  const code = positionalCode(map.side);
  const vectors = new Float32Array(fibre * channels);
  const codes = new Float32Array(fibre * CONDITION);
  let taken = 0;
  for (const { images, rate, seed } of batches) {
    const count = images.length * positions;
    const order = randomFromDraw(seed).distinct(count, count);
    for (let from = 0; from + fibre <= count; from += fibre) {
      if (Atomics.load(stop, 0) !== 0) throw new Cancelled();
      for (let i = 0; i < fibre; i++) {
        const at = order[from + i];
        const position = at % positions;
        const source = images[Math.floor(at / positions)] * length + map.offset + position * channels;
        vectors.set(values.subarray(source, source + channels), i * channels);
        codes.set(code.subarray(position * CONDITION, (position + 1) * CONDITION), i * CONDITION);
      }
      await trainer.step(vectors, codes, rate);
      if (++taken % 16 > 0) continue;
      // Lets a device catch up and, on the main thread, the user stop.
      await trainer.settle();
      report(taken);
    }
  }
  report(taken);
  return taken;
}

async function likelihoods(trainer: FlowTrainer, job: LikelihoodJob): Promise<void> {
  const { map, length, values, likelihood, from, to } = job;
  const channels = map.channels.length;
  const positions = map.side ** 2;
  const code = positionalCode(map.side);
  for (let image = from; image < to; image++) {
    const start = image * length + map.offset;
    for (let p = 0; p < positions; p += TOGETHER) {
      const end = Math.min(positions, p + TOGETHER);
      const vectors = values.slice(start + p * channels, start + end * channels);
      const found = await trainer.likelihood(vectors, code.slice(p * CONDITION, end * CONDITION));
      likelihood.set(found, image * positions + p);
    }
  }
}
