import { anomalyMap } from '../detector/map.js';
import type { Detector } from '../detector/model.js';
import { createScorer, imageScores } from '../detector/score.js';
import { checkCancelled, InputError } from '../errors.js';
import { patchGrid, specParameters } from '../features/embedder.js';
import { extract } from '../features/extract.js';
import type { WeightSource } from '../features/spec.js';
import type { Threads } from '../kernels/threads.js';
import { type Reporter, SILENT } from './reporter.js';

/** What a detector says of an image. */
export interface Detection {
  path: string;
  score: number;
  anomalous: boolean;
  /** [crop × crop] */
  map: Float32Array;
}

const BATCH = 16;

/**
 * Scores images one batch at a time.
 * @param weights the backbone's weights, where they lie elsewhere than when the detector was fitted.
 * @throws InputError when the weights are not those the detector was fitted with, or an image cannot be read.
 */
export async function* detect(
  threads: Threads,
  detector: Detector,
  paths: readonly string[],
  options: { weights?: WeightSource; reporter?: Reporter; signal?: AbortSignal } = {},
): AsyncGenerator<Detection> {
  const { reporter = SILENT, signal } = options;
  const features = { ...detector.features, weights: options.weights ?? detector.features.weights };
  const { sha256, source } = await specParameters(features);
  if (sha256 !== detector.weightsSha256) {
    throw new InputError(
      `the weights ${source} are not those this ${features.backbone} detector was fitted with`,
      'Give the same weight file with --weights, or fit again',
    );
  }
  const { side: grid, positions } = patchGrid(features);
  const scorer = await createScorer(threads, detector.bank, detector.config.neighbours);
  const progress = reporter.stage('detect');
  for (let from = 0; from < paths.length; from += BATCH) {
    checkCancelled(signal);
    const batch = paths.slice(from, from + BATCH);
    const { rows } = await extract(
      threads,
      features,
      batch.map((path) => ({ path })),
      { signal },
    );
    const patches = await scorer.score(rows, { signal });
    const scores = imageScores(patches, positions);
    for (const [i, path] of batch.entries()) {
      const map = anomalyMap(patches.subarray(i * positions, (i + 1) * positions), grid, features.preprocessing.crop);
      yield { path, score: scores[i], anomalous: scores[i] >= detector.threshold, map };
    }
    progress(Math.min(from + BATCH, paths.length), paths.length);
  }
}
