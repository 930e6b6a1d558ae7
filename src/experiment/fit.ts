import type { TrainingImage } from '../dataset/noise.js';
import { fitBank } from '../detector/bank.js';
import { CALIBRATION_NEIGHBOURS, decisionThreshold, leaveOneOutScores } from '../detector/calibrate.js';
import type { Detector } from '../detector/model.js';
import { createScorer } from '../detector/score.js';
import { InputError } from '../errors.js';
import { patchGrid, specParameters } from '../features/embedder.js';
import { EMBEDDING_DIMENSIONS } from '../features/embedding.js';
import { extract } from '../features/extract.js';
import type { Threads } from '../kernels/threads.js';
import { createRandom } from '../random.js';
import type { EvaluateConfig } from './config.js';
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
  { reporter = SILENT, signal }: { reporter?: Reporter; signal?: AbortSignal } = {},
): Promise<Detector> {
  if (train.length === 0) throw new InputError(`${name} has no training image`, 'Add some');
  const { features, bank: bankConfig, seed, method } = config;
  const { positions } = patchGrid(features);
  const { sha256 } = await specParameters(features);
  const { rows } = await extract(threads, features, train, { progress: reporter.stage('train features'), signal });
  let stage = reporter.stage('denoise');
  const { bank } = await fitBank(threads, rows, positions, bankConfig, createRandom(seed), {
    stage: (step) => {
      stage = reporter.stage(step);
    },
    progress: (done, total) => stage(done, total),
    signal,
  });
  const count = Math.min(train.length, CALIBRATION_IMAGES);
  const images = Array.from({ length: count }, (_, i) => Math.floor((i * train.length) / count));
  const length = positions * EMBEDDING_DIMENSIONS;
  const scorer = await createScorer(threads, bank, CALIBRATION_NEIGHBOURS);
  const progress = reporter.stage('calibrate');
  const scores = new Float32Array(count);
  for (const [i, image] of images.entries()) {
    const found = await scorer.neighbours(rows.subarray(image * length, (image + 1) * length), { signal });
    scores.set(leaveOneOutScores(found, bank, positions, [image]), i);
    progress(i + 1, count);
  }
  return {
    name,
    method,
    features,
    weightsSha256: sha256,
    config: bankConfig,
    bank,
    threshold: decisionThreshold(scores),
  };
}
