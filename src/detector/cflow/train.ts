import type { Engine } from '../../engine/names.js';
import type { Resources } from '../../engine/resources.js';
import { checkCancelled } from '../../errors.js';
import type { FeatureReader } from '../../features/reader.js';
import type { ImageRequest } from '../../features/spec.js';
import { sharedFloats } from '../../kernels/arena.js';
import { stoppable, stopWord } from '../../kernels/stop-word.js';
import type { Progress } from '../../progress.js';
import type { Random } from '../../random.js';
import { FLOWS } from './flow-stage.js';
import type { PassJob } from './flow-task.js';
import { type ImageBatches, imageBatches, rotated, stepsOf } from './image-batches.js';
import { layerWork } from './scoring.js';
import { learningRate } from './settings.js';
import type { Training } from './training.js';

/**
 * One epoch: passes over shuffled image batches, every layer's flow on its own thread (they share nothing but the images).
 * @param values all images' maps, or null where every pass reads newly rotated ones.
 * @throws InputError when a batch has fewer vectors than a fibre; Cancelled, leaving the training as it was.
 */
export async function trainEpoch(
  resources: Resources,
  reader: FeatureReader,
  random: Random,
  training: Training,
  train: readonly ImageRequest[],
  values: Float32Array | null,
): Promise<void> {
  const { reporter, signal } = resources;
  const { settings } = training.flows;
  const epoch = training.epochs;
  const losses: number[] = [];
  for (let pass = 0; pass < settings.passes; pass++) {
    checkCancelled(signal);
    const own = random.fork(`epoch/${epoch}/${pass}`);
    const current = values ?? (await reader.read(rotated(train, own), { signal }, false));
    const batches = imageBatches(train.length, settings, own);
    const name = `epoch ${epoch + 1}/${settings.epochs}${settings.passes > 1 ? ` pass ${pass + 1}` : ''}`;
    const progress = reporter.stage(losses.length > 0 ? `${name}, loss ${losses.at(-1)!.toFixed(3)}` : name);
    losses.push(await trainPass(resources, training, { values: current, batches, pass, random: own }, progress));
  }
  training.losses.push(mean(losses));
  training.epochs++;
}

/** What a pass goes over, all images' maps in batches; `random` seeds the order of their vectors. */
interface Pass {
  values: Float32Array;
  batches: ImageBatches;
  /** Its number in the epoch, from 0. */
  pass: number;
  random: Random;
}

/** Trains every layer's flow over a pass and takes over what came of it. @returns the mean loss over layers. */
async function trainPass(
  { compute, signal }: Resources,
  training: Training,
  pass: Pass,
  progress: Progress,
): Promise<number> {
  const { flows, first, second, steps } = training;
  const { maps } = flows.layout;
  const total = maps.reduce((sum, { side }) => sum + stepsOf(pass.batches, side, flows.settings.fibre), 0);
  const done = maps.map(() => 0);
  const taken = (layer: number, count: number): void => {
    done[layer] = count;
    progress(
      done.reduce((sum, value) => sum + value, 0),
      total,
    );
  };
  const stop = stopWord();
  const jobs = maps.map((_, l) => passJob(training, l, pass, compute.engine, stop));
  const outcomes = await stoppable(stop, signal, () => compute.run(FLOWS, { jobs, taken }));
  for (const [l, job] of jobs.entries()) {
    flows.parameters[l].set(job.parameters);
    first[l].set(job.first);
    second[l].set(job.second);
    steps[l] = outcomes[l]!.steps;
  }
  return mean(outcomes.map((outcome) => outcome!.loss));
}

/** A layer's share of a pass, on copies, so that a pass that stops half-way leaves the training as it was. */
function passJob(
  training: Training,
  l: number,
  { values, batches, pass, random }: Pass,
  engine: Engine,
  stop: Int32Array,
): PassJob {
  const { flows, first, second, steps, epochs } = training;
  const { settings } = flows;
  return {
    ...layerWork(flows, l, values, engine),
    parameters: copied(flows.parameters[l]),
    first: copied(first[l]),
    second: copied(second[l]),
    kind: 'pass',
    steps: steps[l],
    fibre: settings.fibre,
    batches: batches.map((images, b) => ({
      images,
      rate: learningRate(settings, epochs, pass, b, batches.length),
      seed: random.fork(`fibres/${l}/${b}`).integer(2 ** 31),
    })),
    stop,
  };
}

function copied(values: Float32Array): Float32Array {
  const shared = sharedFloats(values.length);
  shared.set(values);
  return shared;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
