import type { Detector } from '../detector/model.js';
import { findSystem } from '../detector/systems.js';
import { checkCancelled, InputError } from '../errors.js';
import { featureReader } from '../features/reader.js';
import type { WeightSource } from '../features/spec.js';
import { noCache } from '../storage/cache.js';
import type { Lab } from './lab.js';

/** What a detector says of an image. */
export interface Detection {
  path: string;
  score: number;
  anomalous: boolean;
  /** [crop × crop] */
  map: Float32Array;
}

/**
 * Scores images in order, a batch at a time; nothing is remembered.
 * @param weights the backbone's weights, where they lie elsewhere than when the detector was fitted.
 * @throws InputError when the weights are not those the detector was fitted with, or an image cannot be read.
 */
export async function* detect(
  lab: Lab,
  detector: Detector,
  paths: readonly string[],
  { weights = detector.features.weights }: { weights?: WeightSource } = {},
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
  let done = 0;
  const images = paths.map((path) => ({ path }));
  for await (const { score, map } of fitted.score(images, { alone: true })) {
    checkCancelled(signal);
    yield { path: paths[done++], score, anomalous: score >= detector.decisionThreshold, map };
    progress(done, paths.length);
  }
}
