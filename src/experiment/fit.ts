import type { TrainingImage } from '../dataset/noise.js';
import { decisionThreshold } from '../detector/calibrate.js';
import { type Compute, threadCompute } from '../detector/compute.js';
import type { Detector } from '../detector/model.js';
import type { System } from '../detector/system.js';
import { findSystem, SYSTEMS } from '../detector/systems.js';
import { InputError } from '../errors.js';
import { featureReader } from '../features/reader.js';
import type { Threads } from '../kernels/threads.js';
import { type Reporter, SILENT } from '../progress.js';
import { createRandom } from '../random.js';
import { type Cache, noCache } from '../storage/cache.js';
import type { EvaluateConfig } from './config.js';
import { filterTraining } from './filter.js';

/** Training images whose scores set the decision threshold. */
const CALIBRATION_IMAGES = 64;

/** What fitting may be given beside its configuration. */
export interface FitDetectorWatch {
  reporter?: Reporter;
  signal?: AbortSignal;
  cache?: Cache;
  systems?: readonly System[];
  /** Where the stages run. Default: on the threads. */
  compute?: Compute;
}

/**
 * Fits a detector on training images, filtered first where so configured, and sets its decision threshold from training
 * images: scored as if they were new where the method can, else as they are.
 * @throws InputError for bad images, weights or switches; Cancelled.
 */
export async function fitDetector(
  threads: Threads,
  name: string,
  images: readonly TrainingImage[],
  config: Pick<EvaluateConfig, 'method' | 'profile' | 'features' | 'settings' | 'filter' | 'seed'>,
  {
    reporter = SILENT,
    signal,
    cache = noCache(),
    systems = SYSTEMS,
    compute = threadCompute(threads),
  }: FitDetectorWatch = {},
): Promise<Detector> {
  if (images.length === 0) throw new InputError(`${name} has no training image`, 'Add some');
  const { method, profile, features, settings, seed } = config;
  const shared = { threads, compute, cache, reporter, signal };
  const filtered = config.filter && (await filterTraining(images, config.filter, { ...shared, systems, seed }));
  const train = filtered?.kept ?? images;
  const reader = await featureReader(threads, features, cache, compute.extractor);
  const fitted = await findSystem(method, systems).fit(
    { ...shared, reader, random: createRandom(seed) },
    train,
    settings,
  );
  const count = Math.min(train.length, CALIBRATION_IMAGES);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * train.length) / count));
  let scores = await fitted.leaveOut?.(chosen, signal);
  if (!scores) {
    scores = new Float32Array(count);
    const progress = reporter.stage('calibrate');
    let done = 0;
    const own = chosen.map((i) => train[i]);
    for await (const { score } of fitted.score(own, { signal, alone: true })) {
      scores[done++] = score;
      progress(done, count);
    }
  }
  return {
    name,
    method,
    profile,
    features,
    weightsSha256: reader.weightsSha256,
    settings,
    dropped: filtered?.report.dropped ?? [],
    threshold: decisionThreshold(scores),
    tensors: await fitted.tensors(),
  };
}
