import type { TrainingImage } from '../dataset/noise.js';
import { filterImages } from '../denoise/image-filter.js';
import type { Decision, Fitted } from '../detector/system.js';
import { createRandom } from '../random.js';
import type { FilterConfig } from './config.js';
import { fitSystem } from './fit-system.js';
import type { Lab } from './lab.js';

/** What image-level denoising did, against what is known of the injected images. */
export interface FilterReport {
  method: string;
  /** Null where the method decides by itself which images to drop. */
  budget: number | null;
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
 * Fits a system on the contaminated training images, scores the same images, and drops the highest (docs/methods.md 5.3);
 * a method that judges its training images drops those it suspects instead, perhaps none.
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
  const stays = fitted.decision
    ? withoutSuspects(fitted.decision, train.length)
    : await budgeted(lab, fitted, train, config);
  lab.threads.release();
  const dropped = train.filter((_, i) => stays[i] === 0);
  const noise = train.filter((image) => image.noise).length;
  const noiseDropped = dropped.filter((image) => image.noise).length;
  return {
    kept: train.filter((_, i) => stays[i] === 1),
    report: {
      method: config.method,
      budget: fitted.decision ? null : config.budget,
      dropped: dropped.map(({ name }) => name),
      noiseDropped,
      noiseLeft: noise - noiseDropped,
      precision: dropped.length > 0 ? noiseDropped / dropped.length : null,
      recall: noise > 0 ? noiseDropped / noise : null,
      seconds: (performance.now() - begin) / 1000,
    },
  };
}

/** [images] of 1 (stays) and 0: without the highest scores, as many as the budget says. */
async function budgeted(
  { reporter }: Lab,
  fitted: Fitted,
  train: readonly TrainingImage[],
  { budget }: FilterConfig,
): Promise<Uint8Array> {
  const scores = new Float32Array(train.length);
  const progress = reporter.stage('image filter');
  let done = 0;
  for await (const { score } of fitted.score(train)) {
    scores[done++] = score;
    progress(done, train.length);
  }
  return filterImages(scores, budget, train.filter(({ noise }) => !noise).length);
}

function withoutSuspects({ suspects }: Decision, images: number): Uint8Array {
  const stays = new Uint8Array(images).fill(1);
  for (const { image } of suspects) stays[image] = 0;
  return stays;
}
