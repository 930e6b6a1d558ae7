import type { TrainingImage } from '../dataset/noise.js';
import { decisionThreshold } from '../detector/calibrate.js';
import type { Detector } from '../detector/model.js';
import type { Fitted } from '../detector/system.js';
import { InputError } from '../errors.js';
import type { Reporter } from '../progress.js';
import type { EvaluateConfig } from './config.js';
import { filterTraining } from './filter.js';
import { fitSystem } from './fit-system.js';
import type { Lab } from './lab.js';

/** Training images whose scores set the decision threshold. */
const CALIBRATION_IMAGES = 64;

/**
 * Fits a detector on training images, filtered first where so configured, and sets its decision threshold from training
 * images: scored as if they were new where the method can, else as they are.
 * @throws InputError for bad images, weights or switches; Cancelled.
 */
export async function fitDetector(
  lab: Lab,
  name: string,
  images: readonly TrainingImage[],
  config: Pick<EvaluateConfig, 'method' | 'profile' | 'features' | 'settings' | 'filter' | 'seed'>,
): Promise<Detector> {
  if (images.length === 0) throw new InputError(`${name} has no training image`, 'Add some');
  const { method, profile, features, settings, seed } = config;
  const filtered = config.filter && (await filterTraining(lab, images, config.filter, seed));
  const train = filtered?.kept ?? images;
  const { fitted, reader } = await fitSystem(lab, train, config);
  const count = Math.min(train.length, CALIBRATION_IMAGES);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * train.length) / count));
  const scores = (await fitted.leaveOut?.(chosen)) ?? (await plainScores(fitted, train, chosen, lab.reporter));
  return {
    name,
    method,
    profile,
    features,
    weightsSha256: reader.weightsSha256,
    engine: lab.compute.engine,
    settings,
    dropped: filtered?.report.dropped ?? [],
    decisionThreshold: decisionThreshold(scores),
    tensors: await fitted.tensors(),
  };
}

/** Scores of some training images as they are. */
async function plainScores(
  fitted: Fitted,
  train: readonly TrainingImage[],
  chosen: readonly number[],
  reporter: Reporter,
): Promise<Float32Array> {
  const scores = new Float32Array(chosen.length);
  const progress = reporter.stage('calibrate');
  let done = 0;
  const own = chosen.map((i) => train[i]);
  for await (const { score } of fitted.score(own, { alone: true })) {
    scores[done++] = score;
    progress(done, chosen.length);
  }
  return scores;
}
