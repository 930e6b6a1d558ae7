import { type Compute, threadCompute } from '../detector/compute.js';
import type { Detector } from '../detector/model.js';
import type { System } from '../detector/system.js';
import { findSystem, SYSTEMS } from '../detector/systems.js';
import type { EngineChoice } from '../engine/names.js';
import { checkCancelled, InputError } from '../errors.js';
import { specParameters } from '../features/embedder.js';
import { featureReader } from '../features/reader.js';
import type { WeightSource } from '../features/spec.js';
import type { Threads } from '../kernels/threads.js';
import { type Reporter, SILENT } from '../progress.js';
import { noCache } from '../storage/cache.js';

/** What a detector says of an image. */
export interface Detection {
  path: string;
  score: number;
  anomalous: boolean;
  /** [crop × crop] */
  map: Float32Array;
}

/** What scoring may be given. */
export interface DetectOptions {
  weights?: WeightSource;
  /** What runs the network on threads. Default: as when the detector was fitted. */
  executor?: EngineChoice;
  reporter?: Reporter;
  signal?: AbortSignal;
  systems?: readonly System[];
  /** Where the stages run. Default: on the threads. */
  compute?: Compute;
}

/**
 * Scores images in order, a batch at a time.
 * @param weights the backbone's weights, where they lie elsewhere than when the detector was fitted.
 * @throws InputError when the weights are not those the detector was fitted with, or an image cannot be read.
 */
export async function* detect(
  threads: Threads,
  detector: Detector,
  paths: readonly string[],
  options: DetectOptions = {},
): AsyncGenerator<Detection> {
  const { reporter = SILENT, signal, systems = SYSTEMS, compute = threadCompute(threads) } = options;
  const { weights = detector.features.weights, executor = detector.features.executor } = options;
  const features = { ...detector.features, weights, executor };
  const { sha256, source } = await specParameters(features);
  if (sha256 !== detector.weightsSha256) {
    throw new InputError(
      `the weights ${source} are not those this ${features.backbone} detector was fitted with`,
      'Give the same weight file with --weights, or fit again',
    );
  }
  const cache = noCache();
  const reader = await featureReader(threads, features, cache, compute.extractor);
  const system = findSystem(detector.method, systems);
  const work = { threads, compute, reader, cache, reporter, signal };
  const fitted = await system.restore(work, detector.tensors, detector.settings);
  const progress = reporter.stage('detect');
  let done = 0;
  const images = paths.map((path) => ({ path }));
  for await (const { score, map } of fitted.score(images, { signal, alone: true })) {
    checkCancelled(signal);
    yield { path: paths[done++], score, anomalous: score >= detector.threshold, map };
    progress(done, paths.length);
  }
}
