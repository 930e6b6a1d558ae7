import type { TrainingImage } from '../dataset/noise.js';
import { filterImages } from '../denoise/image-filter.js';
import { createRandom } from '../random.js';
import type { FilterConfig } from './config.js';
import { fitSystem } from './fit-system.js';
import type { Lab } from './lab.js';

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

/**
 * Fits a system on the contaminated training images, scores the same images, and drops the highest (docs/methods.md 5.3).
 * @throws InputError for an impossible budget; Cancelled.
 */
export async function filterTraining(
  lab: Lab,
  train: readonly TrainingImage[],
  config: FilterConfig,
  seed: number,
): Promise<{ kept: TrainingImage[]; report: FilterReport }> {
  const begin = performance.now();
  const random = createRandom(seed).fork('filter');
  const { fitted } = await fitSystem(lab, train, { ...config, seed }, { random });
  const scores = new Float32Array(train.length);
  const progress = lab.reporter.stage('image filter');
  let done = 0;
  for await (const { score } of fitted.score(train)) {
    scores[done++] = score;
    progress(done, train.length);
  }
  lab.threads.release();
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
