import type { Engine } from '../engine/names.js';
import type { TaskContext } from '../kernels/task.js';
import { forget } from '../kernels/worker.js';
import { createEmbedder, type Embedder } from './embedder.js';
import { checkFinite, forgetPicture, type ImageSize, networkInput } from './input.js';
import { imageLength } from './reading.js';
import type { FeatureSpec, ImageRequest } from './spec.js';
import { type FeatureStore, featurePath, type ReadImage, readFeatures, writeFeatures } from './stored-features.js';

/** The thread's network, kept from task to task while the spec is the same. */
let ready: { key: string; embedder: Promise<Embedder> } | undefined;

forget.add(async () => {
  forgetPicture();
  const dropped = ready;
  ready = undefined;
  await (await dropped?.embedder)?.dispose();
});

async function embedderFor(spec: FeatureSpec, engine: Engine): Promise<Embedder> {
  const key = JSON.stringify([spec, engine]);
  if (ready?.key !== key) {
    await (await ready?.embedder)?.dispose();
    const embedder = createEmbedder(spec, engine);
    ready = { key, embedder };
    embedder.catch(() => {
      ready = undefined;
    });
  }
  return ready.embedder;
}

/** Images to read, and where their values go. */
export interface ExtractJob {
  spec: FeatureSpec;
  /** What runs the network. */
  engine: Engine;
  images: readonly ImageRequest[];
  /** The values of all images, these from image `first` on. */
  rows: Float32Array;
  first: number;
  /** Where values are found and kept. */
  store: FeatureStore | null;
}

/** Seconds of each stage. */
export interface ExtractionSeconds {
  decode: number;
  forward: number;
  embed: number;
}

/** What became of the images. */
export interface ExtractedChunk {
  sizes: ImageSize[];
  seconds: ExtractionSeconds;
  /** Library that ran the network; null when every image came from the cache. */
  library: string | null;
  reused: number;
  damaged: string[];
  /** Images that were converted from CMYK. */
  cmyk: string[];
}

/** Reads images, or finds what was read of them. @throws InputError naming the image or weight file. */
export async function run(_context: TaskContext, job: ExtractJob): Promise<ExtractedChunk> {
  const { spec, engine, images, rows, first, store } = job;
  const chunk: ExtractedChunk = {
    sizes: [],
    seconds: { decode: 0, forward: 0, embed: 0 },
    library: null,
    reused: 0,
    damaged: [],
    cmyk: [],
  };
  const length = imageLength(spec);
  for (let i = 0; i < images.length; i++) {
    const image = images[i];
    const room = rows.subarray((first + i) * length, (first + i + 1) * length);
    const path = store && (await featurePath(store, spec, image));
    const start = performance.now();
    let found = path && (await readFeatures(path, () => chunk.damaged.push(path), room));
    chunk.seconds.decode += (performance.now() - start) / 1000;
    if (found) chunk.reused++;
    else {
      found = await embed(spec, engine, image, chunk);
      // A file that changed since must not be remembered under what it was.
      if (path && path === (await featurePath(store, spec, image))) await writeFeatures(path, found);
      room.set(found.rows);
    }
    chunk.sizes.push(found.size);
  }
  return chunk;
}

async function embed(
  spec: FeatureSpec,
  engine: Engine,
  image: ImageRequest,
  chunk: ExtractedChunk,
): Promise<ReadImage> {
  const embedder = await embedderFor(spec, engine);
  chunk.library = embedder.library;
  const start = performance.now();
  const { input, size, cmyk } = await networkInput(spec, image);
  if (cmyk) chunk.cmyk.push(image.path);
  const decoded = performance.now();
  const maps = await embedder.forward(input, spec.preprocessing.crop);
  const forwarded = performance.now();
  const rows = embedder.embed(maps);
  checkFinite(rows, image.path);
  chunk.seconds.decode += (decoded - start) / 1000;
  chunk.seconds.forward += (forwarded - decoded) / 1000;
  chunk.seconds.embed += (performance.now() - forwarded) / 1000;
  return { rows, size };
}
