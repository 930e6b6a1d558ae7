import type { TrainingImage } from '../dataset/noise.js';
import { type Compute, threadCompute } from '../detector/compute.js';
import type { Fitted } from '../detector/system.js';
import { findSystem } from '../detector/systems.js';
import { featureReader } from '../features/reader.js';
import type { Threads } from '../kernels/threads.js';
import type { Reporter } from '../progress.js';
import { createRandom } from '../random.js';
import type { Cache } from '../storage/cache.js';
import type { EvaluateConfig } from './config.js';

/** What a fit runs with. */
export interface FitWork {
  threads: Threads;
  /** Where the stages run. Default: on the threads. */
  compute?: Compute;
  cache: Cache;
  reporter: Reporter;
  signal?: AbortSignal;
}

/** Fits a configured system on images as they are, to look inside: no filter, no test set. @throws InputError; Cancelled. */
export async function fitSystem(
  { threads, compute = threadCompute(threads), cache, reporter, signal }: FitWork,
  train: readonly TrainingImage[],
  { method, features, settings, seed }: Pick<EvaluateConfig, 'method' | 'features' | 'settings' | 'seed'>,
): Promise<Fitted> {
  const reader = await featureReader(threads, features, cache, compute.extractor);
  const work = { threads, compute, reader, random: createRandom(seed), cache, reporter, signal };
  return findSystem(method).fit(work, train, settings);
}
