import type { TrainingImage } from '../dataset/noise.js';
import { CALIBRATION_NEIGHBOURS, decisionThreshold, leaveOneOutScores } from '../detector/calibrate.js';
import { fitBank } from '../detector/fit-bank.js';
import type { Detector } from '../detector/model.js';
import { createScorer } from '../detector/score.js';
import { InputError } from '../errors.js';
import { patchGrid } from '../features/embedder.js';
import type { Threads } from '../kernels/threads.js';
import { createRandom } from '../random.js';
import { type Cache, noCache } from '../storage/cache.js';
import type { EvaluateConfig } from './config.js';
import { featureReader, imageRows } from './features.js';
import { type Reporter, SILENT } from './reporter.js';

/** Training images whose scores set the decision threshold. */
const CALIBRATION_IMAGES = 64;

/**
 * Fits a detector on training images and sets its decision threshold from training images scored as if they were new.
 * @throws InputError for bad images, weights or ratios; Cancelled.
 */
export async function fitDetector(
  threads: Threads,
  name: string,
  train: readonly TrainingImage[],
  config: Pick<EvaluateConfig, 'method' | 'features' | 'bank' | 'seed'>,
  { reporter = SILENT, signal, cache = noCache() }: { reporter?: Reporter; signal?: AbortSignal; cache?: Cache } = {},
): Promise<Detector> {
  if (train.length === 0) throw new InputError(`${name} has no training image`, 'Add some');
  const { features, bank: bankConfig, seed, method } = config;
  const { positions } = patchGrid(features);
  const reader = await featureReader(threads, features, cache);
  const patches = await reader.patches(train, () => ({ progress: reporter.stage('train features'), signal }));
  let stage = reporter.stage('denoise');
  const fitted = await fitBank(threads, patches, bankConfig, createRandom(seed), {
    stage: (step) => {
      stage = reporter.stage(step);
    },
    progress: (done, total) => stage(done, total),
    signal,
    cache,
  });
  const bank = await fitted.bank.load();
  const count = Math.min(train.length, CALIBRATION_IMAGES);
  const images = Array.from({ length: count }, (_, i) => Math.floor((i * train.length) / count));
  const rows = await patches.rows();
  const scorer = await createScorer(threads, bank, CALIBRATION_NEIGHBOURS);
  const progress = reporter.stage('calibrate');
  const scores = new Float32Array(count);
  for (const [i, image] of images.entries()) {
    const found = await scorer.neighbours(imageRows(rows, image, positions), { signal });
    scores.set(leaveOneOutScores(found, bank, positions, [image]), i);
    progress(i + 1, count);
  }
  return {
    name,
    method,
    features,
    weightsSha256: reader.weightsSha256,
    config: bankConfig,
    bank,
    threshold: decisionThreshold(scores),
  };
}
