import { InputError } from '../errors.js';
import { moveAffine } from '../image/affine.js';
import { decodeRgb } from '../image/codec.js';
import { normalise, resizeAndCrop } from '../image/preprocess.js';
import { forget, type TaskContext } from '../kernels/worker.js';
import { entryPath, readEntry, writeEntry } from '../storage/cache.js';
import { createEmbedder, type Embedder } from './embedder.js';
import type { ExtractedChunk } from './extract.js';
import { featureKey } from './feature-key.js';
import type { FeatureSpec, ImageRequest } from './spec.js';

/** The thread's network, kept from task to task while the spec is the same. */
let ready: { key: string; embedder: Promise<Embedder> } | undefined;

forget.add(async () => {
  const dropped = ready;
  ready = undefined;
  await (await dropped?.embedder)?.dispose();
});

async function embedderFor(spec: FeatureSpec): Promise<Embedder> {
  const key = JSON.stringify(spec);
  if (ready?.key !== key) {
    await (await ready?.embedder)?.dispose();
    const embedder = createEmbedder(spec);
    ready = { key, embedder };
    embedder.catch(() => {
      ready = undefined;
    });
  }
  return ready.embedder;
}

interface Embedded {
  rows: Float32Array;
  size: { width: number; height: number };
}

/** Embeds images and writes their rows at image `first` of `rows`; with a store, reads and keeps them there. */
export async function run(
  _context: TaskContext,
  spec: FeatureSpec,
  images: readonly ImageRequest[],
  rows: Float32Array,
  first: number,
  store: { folder: string; weightsSha256: string } | null,
): Promise<ExtractedChunk> {
  const chunk: ExtractedChunk = {
    sizes: [],
    seconds: { decode: 0, forward: 0, embed: 0 },
    executor: null,
    reused: 0,
    damaged: [],
  };
  for (let i = 0; i < images.length; i++) {
    const image = images[i];
    const path = store && entryPath(store.folder, 'features', await featureKey(spec, store.weightsSha256, image));
    let found = path && (await fromStore(path, chunk));
    if (found) chunk.reused++;
    else {
      found = await embed(spec, image, chunk);
      if (path) {
        const { width, height } = found.size;
        await writeEntry(path, {
          rows: { dtype: 'F32', shape: [found.rows.length], data: found.rows },
          size: { dtype: 'I32', shape: [2], data: Int32Array.of(width, height) },
        });
      }
    }
    rows.set(found.rows, (first + i) * found.rows.length);
    chunk.sizes.push(found.size);
  }
  return chunk;
}

async function fromStore(path: string, chunk: ExtractedChunk): Promise<Embedded | null> {
  const start = performance.now();
  const entry = await readEntry(path, () => chunk.damaged.push(path));
  chunk.seconds.decode += (performance.now() - start) / 1000;
  if (!entry) return null;
  const [width, height] = entry.size.data as Int32Array;
  return { rows: entry.rows.data as Float32Array, size: { width, height } };
}

async function embed(
  spec: FeatureSpec,
  { path, augmentation }: ImageRequest,
  chunk: ExtractedChunk,
): Promise<Embedded> {
  const embedder = await embedderFor(spec);
  chunk.executor = embedder.executor;
  const { crop } = spec.preprocessing;
  const start = performance.now();
  const image = await decodeRgb(path);
  let input = normalise(resizeAndCrop(image, spec.preprocessing));
  if (augmentation) input = moveAffine(input, crop, 3, augmentation);
  const decoded = performance.now();
  const maps = await embedder.forward(input, crop);
  const forwarded = performance.now();
  const rows = embedder.embed(maps);
  if (!allFinite(rows)) {
    throw new InputError(`the features of ${path} are NaN or infinite`, 'Check the weight file and the image');
  }
  chunk.seconds.decode += (decoded - start) / 1000;
  chunk.seconds.forward += (forwarded - decoded) / 1000;
  chunk.seconds.embed += (performance.now() - forwarded) / 1000;
  return { rows, size: { width: image.width, height: image.height } };
}

/** One pass without a call a value: a sum is finite only if no value is NaN, and these are far from overflow. */
function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return Number.isFinite(sum);
}
