import type { FitGiven, Fitted } from '../detector/system.js';
import { findSystem } from '../detector/systems.js';
import { InputError } from '../errors.js';
import { type FeatureReader, featureReader } from '../features/reader.js';
import type { ImageRequest } from '../features/spec.js';
import { createRandom } from '../random.js';
import type { SystemConfig } from './config.js';
import { checkDiskSpace } from './disk-space.js';
import type { Lab } from './lab.js';
import { planMemory } from './memory.js';
import { withSpans } from './network-spans.js';
import { foreseenSeconds, timeText } from './stream-time.js';
import { ofPictures, tiled } from './tiled.js';

/** A fitted detector and what it reads images with. */
export interface FittedSystem {
  fitted: Fitted;
  reader: FeatureReader;
}

/**
 * Fits a configured system on images as they are: the one place where a reader, a generator and a system come together.
 * @param given the generator, default that of the seed; and a judge over the reader, for rules that look at the test set.
 * @throws InputError for an unknown method, bad images, weights or switches, or more than memory holds; Cancelled.
 */
export async function fitSystem(
  lab: Lab,
  images: readonly ImageRequest[],
  { method, features, settings, seed }: Pick<SystemConfig, 'method' | 'features' | 'settings'> & { seed: number },
  given: Partial<Pick<FitGiven, 'random'>> & { judge?: (reader: FeatureReader) => FitGiven['judge'] } = {},
): Promise<FittedSystem> {
  const system = findSystem(method, lab.systems);
  const { preprocessing } = features;
  if (preprocessing.tile && !system.tiles) {
    throw new InputError(`${method} cannot be fitted on tiles`, 'Choose a memory bank, or leave --tile out');
  }
  const parts = preprocessing.tile ? await tiled(images, preprocessing) : null;
  const train = parts?.tiles ?? images;
  const { memory: limit, reporter } = lab;
  const plan = planMemory(features, train.length, system, settings, reporter, { limit });
  const cache = plan && !lab.cache.folder ? await lab.scratch() : lab.cache;
  const reader = await featureReader({ ...lab, cache }, await withSpans(lab, features, train));
  if (plan) {
    const missing = await checkDiskSpace(cache.folder!, reader, train);
    reporter.note(timeText(await foreseenSeconds(lab, reader, train, missing, plan)));
  }
  const { random = createRandom(seed), judge } = given;
  const fitted = await system.fit(lab, reader, train, settings, {
    random,
    judge: judge?.(reader),
    atATime: plan?.atATime,
    pictures: parts?.pictures,
  });
  return { fitted: parts ? ofPictures(fitted, preprocessing, lab.signal) : fitted, reader };
}
