import type { EngineChoice } from '../engine/names.js';
import { prepareNvidia } from '../engine/nvidia-environment.js';
import { sharedFloats } from '../kernels/arena.js';
import { task } from '../kernels/task.js';
import { ranges, type Threads } from '../kernels/threads.js';
import type { Watch } from '../progress.js';
import type { Cache } from '../storage/cache.js';
import { patchGrid } from './embedder.js';
import type { ExtractedChunk, ExtractionSeconds } from './extract-task.js';
import type { ImageSize } from './input.js';
import { imageLength } from './reading.js';
import type { FeatureSpec, ImageRequest } from './spec.js';

/** Patch rows of images, and what they cost. */
export interface Extraction {
  /** What the spec reads, images in order, in shared memory: [images·positions × 1024], or the maps of each image. */
  rows: Float32Array;
  positions: number;
  /** Width and height of each image file. */
  sizes: ImageSize[];
  /** Wall-clock share of each stage: seconds summed over threads, divided by the threads at work. */
  seconds: ExtractionSeconds;
  executor: string;
}

/** Where extraction may find and put rows, and the identity of the weights in their keys. */
export interface FeatureCache {
  cache: Cache;
  weightsSha256: string;
}

/** Reads images as a spec says, in threads or on a device. */
export interface Extractor {
  /** The device whose results these are; null where the spec's own choice decides. */
  readonly engine: EngineChoice | null;
  extract(
    spec: FeatureSpec,
    images: readonly ImageRequest[],
    watch?: Watch,
    stored?: FeatureCache,
  ): Promise<Extraction>;
  /** Frees networks on the device; they are loaded again when needed. */
  release?(): void;
}

/** Reads images in threads. */
export function threadExtractor(threads: Threads): Extractor {
  return { engine: null, extract: (...rest) => extract(threads, ...rest) };
}

const EXTRACT = task<typeof import('./extract-task.js')>(new URL('./extract-task.js', import.meta.url));
const CHUNK = 2;

/**
 * Embeds images in threads: each decodes, resizes, runs the network on one core and writes its rows in place, so the
 * stages of different images overlap. The result does not depend on the number of threads.
 * @throws InputError naming the image or weight file; Cancelled.
 */
export async function extract(
  threads: Threads,
  spec: FeatureSpec,
  images: readonly ImageRequest[],
  watch: Watch = {},
  stored?: FeatureCache,
): Promise<Extraction> {
  // Here, since threads load onnxruntime but cannot set what it reads.
  prepareNvidia();
  const { positions } = patchGrid(spec);
  const rows = sharedFloats(images.length * imageLength(spec));
  const store = stored?.cache.folder ? { folder: stored.cache.folder, weightsSha256: stored.weightsSha256 } : null;
  const plain = images.map(({ path, augmentation }) => ({ path, augmentation: augmentation ?? null }));
  const jobs = ranges(images.length, CHUNK).map(({ from, to }) => ({
    spec,
    images: plain.slice(from, to),
    rows,
    first: from,
    store,
  }));
  const progress = (done: number): void => watch.progress?.(Math.min(done * CHUNK, images.length), images.length);
  const chunks = await threads.each(EXTRACT, jobs, { ...watch, progress });
  const lanes = Math.max(1, Math.min(threads.count, jobs.length));
  const sum = (stage: keyof ExtractionSeconds): number =>
    chunks.reduce((total, { seconds }) => total + seconds[stage], 0) / lanes;
  if (store) reportReuse(stored!.cache, chunks, images.length);
  return {
    rows,
    positions,
    sizes: chunks.flatMap(({ sizes }) => sizes),
    seconds: { decode: sum('decode'), forward: sum('forward'), embed: sum('embed') },
    executor: chunks.find(({ executor }) => executor !== null)?.executor ?? 'cache',
  };
}

/** Counts what came from the cache and warns of damaged entries. */
export function reportReuse(
  cache: Cache,
  chunks: readonly Pick<ExtractedChunk, 'reused' | 'damaged'>[],
  images: number,
): void {
  const reused = chunks.reduce((total, chunk) => total + chunk.reused, 0);
  const damaged = chunks.flatMap((chunk) => chunk.damaged);
  cache.counts.features ??= { reused: 0, computed: 0, damaged: 0 };
  const counts = cache.counts.features;
  counts.reused += reused;
  counts.computed += images - reused;
  counts.damaged += damaged.length;
  for (const path of damaged) cache.warn(`cache entry ${path} was damaged and computed again`);
}
