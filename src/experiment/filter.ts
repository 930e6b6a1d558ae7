import type { TrainingImage } from '../dataset/noise.js';
import { filterImages } from '../denoise/image-filter.js';
import type { Compute } from '../detector/compute.js';
import type { System } from '../detector/system.js';
import { findSystem } from '../detector/systems.js';
import { featureReader } from '../features/reader.js';
import type { Threads } from '../kernels/threads.js';
import type { Reporter } from '../progress.js';
import { createRandom } from '../random.js';
import type { Cache } from '../storage/cache.js';
import type { FilterConfig } from './config.js';

/** What image-level denoising did, against what is known of the injected images. */
export interface FilterReport {
  method: string;
  budget: number;
  /** Names of the dropped training images, in training order. */
  dropped: string[];
  /** Injected images among them, and those that stayed. */
  noiseDropped: number;
  noiseLeft: number;
  /** Of the dropped images the injected share; of the injected images the dropped share. Null where there are none. */
  precision: number | null;
  recall: number | null;
  seconds: number;
}

/** What a filter runs with. */
export interface FilterWork {
  threads: Threads;
  compute: Compute;
  cache: Cache;
  reporter: Reporter;
  signal?: AbortSignal;
  systems: readonly System[];
  seed: number;
}

/**
 * Fits a system on the contaminated training images, scores the same images, and drops the highest (docs/methods.md 5.3).
 * @throws InputError for an impossible budget; Cancelled.
 */
export async function filterTraining(
  train: readonly TrainingImage[],
  config: FilterConfig,
  { threads, compute, cache, reporter, signal, systems, seed }: FilterWork,
): Promise<{ kept: TrainingImage[]; report: FilterReport }> {
  const begin = performance.now();
  const reader = await featureReader(threads, config.features, cache, compute.extractor);
  const random = createRandom(seed).fork('filter');
  const work = { threads, compute, reader, random, cache, reporter, signal };
  const fitted = await findSystem(config.method, systems).fit(work, train, config.settings);
  const scores = new Float32Array(train.length);
  const progress = reporter.stage('image filter');
  let done = 0;
  for await (const { score } of fitted.score(train, { signal })) {
    scores[done++] = score;
    progress(done, train.length);
  }
  threads.release();
  const stays = filterImages(scores, config.budget, train.filter(({ noise }) => !noise).length);
  const dropped = train.filter((_, i) => stays[i] === 0);
  const noise = train.filter((image) => image.noise).length;
  const noiseDropped = dropped.filter((image) => image.noise).length;
  return {
    kept: train.filter((_, i) => stays[i] === 1),
    report: {
      method: config.method,
      budget: config.budget,
      dropped: dropped.map(({ name }) => name),
      noiseDropped,
      noiseLeft: noise - noiseDropped,
      precision: dropped.length > 0 ? noiseDropped / dropped.length : null,
      recall: noise > 0 ? noiseDropped / noise : null,
      seconds: (performance.now() - begin) / 1000,
    },
  };
}
