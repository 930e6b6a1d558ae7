import type { Resources } from '../engine/resources.js';
import { specNetwork } from '../features/embedder.js';
import { IMAGE } from '../features/network.js';
import { spannedActivations } from '../features/onnx-spans.js';
import { checkPrecision } from '../features/precision.js';
import { featureReader } from '../features/reader.js';
import { joinSpans } from '../features/spans-task.js';
import type { FeatureSpec, ImageRequest, Span, Spans } from '../features/spec.js';
import { pixelSpan } from '../image/preprocess.js';
import { task } from '../kernels/task.js';
import { ranges } from '../kernels/threads.js';
import { spread } from './spread.js';

/** Training images that activations are measured on. */
const IMAGES = 32;
/** Raise when what is measured changes. */
const VERSION = 1;
const SPANS = task<typeof import('../features/spans-task.js')>(new URL('../features/spans-task.js', import.meta.url));

/**
 * The spec with what the activations of a network in 8 bits span: their least and largest values over 32 training images, evenly spread in
 * the list's order. Nothing is cut off at a percentile, since a defect's activations are the large ones. Other specs come back as they are.
 * @throws InputError for a network or engine without 8 bits, or an image that cannot be read; Cancelled.
 */
export async function withSpans(
  lab: Resources,
  spec: FeatureSpec,
  train: readonly ImageRequest[],
): Promise<FeatureSpec> {
  checkPrecision(spec, lab.compute.engine);
  if (spec.precision !== 'int8' || spec.spans || train.length === 0) return spec;
  const { precision: _, ...single } = spec;
  const images = spread(train, IMAGES).map(({ path, augmentation = null, tile }) => ({ path, augmentation, tile }));
  const reader = await featureReader(lab, single);
  const key = ['spans', VERSION, await reader.keys(images)];
  const { spans } = await lab.cache.remember('spans', key, async () => {
    const data = await measureSpans(lab, single, images);
    return { spans: { dtype: 'F32', shape: [data.length], data } };
  });
  return { ...spec, spans: named(spec, spans.data as Float32Array) };
}

async function measureSpans(
  { threads, reporter, signal }: Resources,
  spec: FeatureSpec,
  images: readonly ImageRequest[],
): Promise<Float32Array> {
  const progress = reporter.stage('calibrate network');
  const parts = ranges(images.length, Math.ceil(images.length / threads.count));
  const jobs = parts.map(({ from, to }) => ({ spec, images: images.slice(from, to) }));
  return joinSpans(await threads.each(SPANS, jobs, { progress, signal }));
}

/** Zero lies within each span. */
function named(spec: FeatureSpec, ends: Float32Array): Spans {
  const spans: Record<string, Span> = { [IMAGE]: pixelSpan(spec.preprocessing) };
  spannedActivations(specNetwork(spec)).forEach((name, i) => {
    spans[name] = [Math.min(0, ends[2 * i]), Math.max(0, ends[2 * i + 1])];
  });
  return spans;
}
