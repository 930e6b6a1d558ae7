import type { Detector } from '../detector/model.js';
import type { Fitted, Scored } from '../detector/system.js';
import { findSystem } from '../detector/systems.js';
import { checkCancelled, InputError } from '../errors.js';
import { type FeatureReader, featureReader } from '../features/reader.js';
import type { WeightSource } from '../features/spec.js';
import { noCache } from '../storage/cache.js';
import { leveller, pValue } from './calibration.js';
import type { Lab } from './lab.js';
import { ofPictures } from './tiled.js';

/** Images scored at a time. */
const BATCH = 32;

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
  /** [crop × crop]; of pictures seen in tiles [height × width]. */
  map: Float32Array;
}

/** How a saved detector is used. */
export interface DetectOptions {
  /** The backbone's weights, where they lie elsewhere than when the detector was fitted. */
  weights?: WeightSource;
  /** In place of the detector's own. */
  decisionThreshold?: number;
  /** Hears of an image that cannot be read, and the rest goes on; without it the first one ends the work. */
  onUnreadable?: (path: string, error: InputError) => void;
}

/**
 * Scores images in order, a batch at a time; nothing is remembered.
 * @throws InputError when the weights are not those the detector was fitted with, or an image cannot be read.
 */
export async function* detect(
  lab: Lab,
  detector: Detector,
  paths: readonly string[],
  options: DetectOptions = {},
): AsyncGenerator<Detection> {
  const { weights = detector.features.weights, decisionThreshold = detector.decisionThreshold } = options;
  const own: Lab = { ...lab, cache: noCache() };
  const { reporter, signal } = lab;
  const reader = await detectorReader(own, detector, weights);
  const system = findSystem(detector.method, lab.systems);
  const { preprocessing } = reader.spec;
  const restored = await system.restore(own, reader, detector.tensors, detector.settings);
  const fitted = preprocessing.tile ? ofPictures(restored, preprocessing, signal) : restored;
  // The map of a large picture alone takes tens of megabytes.
  const size = preprocessing.tile ? 1 : BATCH;
  const progress = reporter.stage('detect');
  const level = leveller(detector.calibration, decisionThreshold);
  let done = 0;
  for (let from = 0; from < paths.length; from += size) {
    const batch = paths.slice(from, from + size);
    for (const [i, scored] of (await scoreEach(fitted, batch, options.onUnreadable)).entries()) {
      checkCancelled(signal);
      progress(++done, paths.length);
      if (!scored) continue;
      const { score, map } = scored;
      const anomalous = score > decisionThreshold;
      yield { path: batch[i], score, level: level(score), pValue: pValue(detector.calibration, score), anomalous, map };
    }
  }
}

/**
 * Reads images as a saved detector does. @param weights the backbone's, wherever they lie now.
 * @throws InputError when they are not those the detector was fitted with.
 */
export async function detectorReader(lab: Lab, detector: Detector, weights: WeightSource): Promise<FeatureReader> {
  const features = { ...detector.features, weights };
  const reader = await featureReader(lab, features);
  if (reader.weightsSha256 === detector.weightsSha256) return reader;
  const source = weights.kind === 'file' ? weights.path : `random(${weights.seed})`;
  throw new InputError(
    `the weights ${source} are not those this ${features.backbone} detector was fitted with`,
    'Give the same weight file with --weights, or fit again',
  );
}

/** Scores images by themselves; where one of them cannot be read, null in its place, if somebody hears of it. */
async function scoreEach(
  fitted: Fitted,
  paths: readonly string[],
  onUnreadable: DetectOptions['onUnreadable'],
): Promise<(Scored | null)[]> {
  const found: Scored[] = [];
  try {
    for await (const scored of fitted.score(
      paths.map((path) => ({ path })),
      { alone: true },
    ))
      found.push(scored);
    return found;
  } catch (error) {
    const own = error instanceof InputError && paths.some((path) => error.message.includes(path));
    if (!own || !onUnreadable) throw error;
    if (paths.length === 1) {
      onUnreadable(paths[0], error);
      return [null];
    }
    const singly: (Scored | null)[] = [];
    for (const path of paths) singly.push(...(await scoreEach(fitted, [path], onUnreadable)));
    return singly;
  }
}
