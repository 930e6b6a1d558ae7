import type { Detector } from '../detector/model.js';
import { findSystem } from '../detector/systems.js';
import { checkCancelled, InputError } from '../errors.js';
import { featureReader } from '../features/reader.js';
import type { WeightSource } from '../features/spec.js';
import { noCache } from '../storage/cache.js';
import { leveller, pValue } from './calibration.js';
import type { Lab } from './lab.js';

/** What a detector says of an image. */
export interface Detection {
  path: string;
  /** In the method's own unit, 0 or above. */
  score: number;
  /** The score on 0…1 with the decision threshold at 0.5 ({@link leveller}). */
  level: number;
  /** Share of normal images expected to score as high ({@link pValue}). */
  pValue: number;
  /** Whether the score lies above the decision threshold. */
  anomalous: boolean;
  /** [crop × crop] */
  map: Float32Array;
}

/** How a saved detector is used. */
export interface DetectOptions {
  /** The backbone's weights, where they lie elsewhere than when the detector was fitted. */
  weights?: WeightSource;
  /** In place of the detector's own. */
  decisionThreshold?: number;
}

/**
 * Scores images in order, a batch at a time; nothing is remembered.
 * @throws InputError when the weights are not those the detector was fitted with, or an image cannot be read.
 */
export async function* detect(
  lab: Lab,
  detector: Detector,
  paths: readonly string[],
  { weights = detector.features.weights, decisionThreshold = detector.decisionThreshold }: DetectOptions = {},
): AsyncGenerator<Detection> {
  const own: Lab = { ...lab, cache: noCache() };
  const { reporter, signal } = lab;
  const features = { ...detector.features, weights };
  const reader = await featureReader(own, features);
  if (reader.weightsSha256 !== detector.weightsSha256) {
    const source = weights.kind === 'file' ? weights.path : `random(${weights.seed})`;
    throw new InputError(
      `the weights ${source} are not those this ${features.backbone} detector was fitted with`,
      'Give the same weight file with --weights, or fit again',
    );
  }
  const system = findSystem(detector.method, lab.systems);
  const fitted = await system.restore(own, reader, detector.tensors, detector.settings);
  const progress = reporter.stage('detect');
  const level = leveller(detector.calibration, decisionThreshold);
  let done = 0;
  const images = paths.map((path) => ({ path }));
  for await (const { score, map } of fitted.score(images, { alone: true })) {
    checkCancelled(signal);
    yield {
      path: paths[done++],
      score,
      level: level(score),
      pValue: pValue(detector.calibration, score),
      anomalous: score > decisionThreshold,
      map,
    };
    progress(done, paths.length);
  }
}
