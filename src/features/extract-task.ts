import { InputError } from '../errors.js';
import { moveAffine } from '../image/affine.js';
import { decodeRgb } from '../image/codec.js';
import { normalise, resizeAndCrop } from '../image/preprocess.js';
import type { TaskContext } from '../kernels/worker.js';
import { createEmbedder, type Embedder } from './embedder.js';
import type { ExtractedChunk, ImageRequest } from './extract.js';
import type { FeatureSpec } from './spec.js';

/** The thread's network, kept from task to task while the spec is the same. */
let ready: { key: string; embedder: Promise<Embedder> } | undefined;

/** Embeds images and writes their rows at image `first` of `rows`. */
export async function run(
  _context: TaskContext,
  spec: FeatureSpec,
  images: readonly ImageRequest[],
  rows: Float32Array,
  first: number,
): Promise<ExtractedChunk> {
  const key = JSON.stringify(spec);
  if (ready?.key !== key) {
    await (await ready?.embedder)?.dispose();
    const embedder = createEmbedder(spec);
    ready = { key, embedder };
    embedder.catch(() => {
      ready = undefined;
    });
  }
  const embedder = await ready.embedder;
  const chunk: ExtractedChunk = {
    sizes: [],
    seconds: { decode: 0, forward: 0, embed: 0 },
    executor: embedder.executor,
  };
  const { crop } = spec.preprocessing;
  for (let i = 0; i < images.length; i++) {
    const { path, augmentation } = images[i];
    const start = performance.now();
    const image = await decodeRgb(path);
    let input = normalise(resizeAndCrop(image, spec.preprocessing));
    if (augmentation) input = moveAffine(input, crop, 3, augmentation);
    const decoded = performance.now();
    const maps = await embedder.forward(input, crop);
    const forwarded = performance.now();
    const embedded = embedder.embed(maps);
    if (!allFinite(embedded)) {
      throw new InputError(`the features of ${path} are NaN or infinite`, 'Check the weight file and the image');
    }
    rows.set(embedded, (first + i) * embedded.length);
    chunk.sizes.push({ width: image.width, height: image.height });
    chunk.seconds.decode += (decoded - start) / 1000;
    chunk.seconds.forward += (forwarded - decoded) / 1000;
    chunk.seconds.embed += (performance.now() - forwarded) / 1000;
  }
  return chunk;
}

/** One pass without a call a value: a sum is finite only if no value is NaN, and these are far from overflow. */
function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return Number.isFinite(sum);
}
