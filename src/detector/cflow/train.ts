import type { Resources } from '../../engine/resources.js';
import { Cancelled, checkCancelled, InputError } from '../../errors.js';
import type { FeatureReader } from '../../features/reader.js';
import type { ImageRequest } from '../../features/spec.js';
import { sharedFloats } from '../../kernels/arena.js';
import type { Random } from '../../random.js';
import { FLOWS } from './flow-stage.js';
import type { PassJob } from './flow-task.js';
import { type Flows, layerWork } from './scoring.js';
import { learningRate } from './settings.js';
import type { Training } from './training.js';

/**
 * One epoch: passes over shuffled image batches, every layer's flow on its own thread (they share nothing but the images).
 * @param values all images' maps, or null where every pass reads newly rotated ones.
 * @throws InputError when a batch has fewer vectors than a fibre; Cancelled, leaving the training as it was.
 */
export async function trainEpoch(
  { compute, reporter, signal }: Resources,
  reader: FeatureReader,
  random: Random,
  training: Training,
  train: readonly ImageRequest[],
  values: Float32Array | null,
): Promise<void> {
  const { flows, first, second, steps } = training;
  const { settings, layout } = flows;
  const epoch = training.epochs;
  const losses: number[] = [];
  for (let pass = 0; pass < settings.passes; pass++) {
    checkCancelled(signal);
    const own = random.fork(`epoch/${epoch}/${pass}`);
    const current = values ?? (await reader.read(rotated(train, own), { signal }, false));
    const batches = imageBatches(train.length, settings, own);
    if (batches.length === 0) throw tooFew(train.length, 1, settings.images);
    const total = layout.maps.reduce((sum, { side }) => sum + stepsOf(batches, side, settings.fibre), 0);
    const name = `epoch ${epoch + 1}/${settings.epochs}${settings.passes > 1 ? ` pass ${pass + 1}` : ''}`;
    const progress = reporter.stage(losses.length > 0 ? `${name}, loss ${losses.at(-1)!.toFixed(3)}` : name);
    const done = layout.maps.map(() => 0);
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const halt = (): void => void Atomics.store(stop, 0, 1);
    signal?.addEventListener('abort', halt);
    // Copies, so that a pass that stops half-way leaves the training as it was.
    const copy = (values: Float32Array): Float32Array => {
      const shared = sharedFloats(values.length);
      shared.set(values);
      return shared;
    };
    try {
      const jobs = layout.maps.map(({ side }, l): PassJob => {
        if (stepsOf(batches, side, settings.fibre) === 0) throw tooFew(batches[0].length, side, settings.fibre);
        return {
          ...layerWork(flows, l, current, compute.engine),
          parameters: copy(flows.parameters[l]),
          first: copy(first[l]),
          second: copy(second[l]),
          kind: 'pass',
          steps: steps[l],
          fibre: settings.fibre,
          batches: batches.map((images, b) => ({
            images,
            rate: learningRate(settings, epoch, pass, b, batches.length),
            seed: own.fork(`fibres/${l}/${b}`).integer(2 ** 31),
          })),
          stop,
        };
      });
      const taken = (l: number, count: number): void => {
        done[l] = count;
        progress(
          done.reduce((sum, value) => sum + value, 0),
          total,
        );
      };
      const outcomes = await compute.run(FLOWS, { jobs, taken });
      for (const [l, job] of jobs.entries()) {
        flows.parameters[l].set(job.parameters);
        first[l].set(job.first);
        second[l].set(job.second);
        steps[l] = outcomes[l]!.steps;
      }
      losses.push(outcomes.reduce((sum, outcome) => sum + outcome!.loss, 0) / outcomes.length);
    } catch (error) {
      halt();
      throw signal?.aborted ? new Cancelled() : error;
    } finally {
      signal?.removeEventListener('abort', halt);
    }
  }
  training.losses.push(losses.reduce((sum, loss) => sum + loss, 0) / losses.length);
  training.epochs++;
}

function stepsOf(batches: readonly (readonly number[])[], side: number, fibre: number): number {
  return batches.reduce((sum, images) => sum + Math.floor((images.length * side * side) / fibre), 0);
}

function tooFew(images: number, side: number, fibre: number): InputError {
  return new InputError(
    `${images} images of ${side}×${side} vectors are fewer than a batch of ${fibre}`,
    'Give more images, or lower fibre or images with --set',
  );
}

/** Shuffled image indices in batches. */
function imageBatches(count: number, { images, dropLast }: Flows['settings'], random: Random): number[][] {
  const order = [...random.distinct(count, count)];
  const batches: number[][] = [];
  for (let from = 0; from < count; from += images) batches.push(order.slice(from, from + images));
  return dropLast && batches.at(-1)!.length < images ? batches.slice(0, -1) : batches;
}

/** cflow-ad's augmentation: every image turned by U(±5°) anew. */
function rotated(train: readonly ImageRequest[], random: Random): ImageRequest[] {
  return train.map((image) => ({
    ...image,
    augmentation: { shiftX: 0, shiftY: 0, scale: 1, shear: 0, ...image.augmentation, angle: random.uniform(-5, 5) },
  }));
}
