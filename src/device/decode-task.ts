import { forgetPicture, type ImageSize, networkInput } from '../features/input.js';
import type { FeatureSpec, ImageRequest } from '../features/spec.js';
import { type FeatureStore, featurePath, readFeatures } from '../features/stored-features.js';
import type { TaskContext } from '../kernels/task.js';
import { forget } from '../kernels/worker.js';

forget.add(async () => forgetPicture());

/** What became of an image: its size, and whether its values were found or its input has to go through the network. */
export interface DecodedImage {
  size: ImageSize;
  /** Its values were remembered and lie in `rows` already. */
  found: boolean;
  path: string | null;
  damaged: boolean;
  cmyk: boolean;
  seconds: number;
}

/** An image's remembered values into `rows` at `index`, or else its network input into `inputs` at `slot`. */
export interface DecodeJob {
  spec: FeatureSpec;
  image: ImageRequest;
  store: FeatureStore | null;
  inputs: Float32Array;
  slot: number;
  rows: Float32Array;
  index: number;
  length: number;
}

/** What a device's network waits for: threads look for remembered values and decode. */
export async function run(_context: TaskContext, job: DecodeJob): Promise<DecodedImage> {
  const { spec, image, store, inputs, slot, rows, index, length } = job;
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  const path = store && (await featurePath(store, spec, image));
  let damaged = false;
  const known = path && (await readFeatures(path, () => (damaged = true)));
  if (known) {
    rows.set(known.rows, index * length);
    return { size: known.size, found: true, path, damaged, cmyk: false, seconds: elapsed() };
  }
  const { input, size, cmyk } = await networkInput(spec, image);
  inputs.set(input, slot * input.length);
  // A file that changed since must not be remembered under what it was.
  const same = store && path === (await featurePath(store, spec, image));
  return { size, found: false, path: same ? path : null, damaged, cmyk, seconds: elapsed() };
}
