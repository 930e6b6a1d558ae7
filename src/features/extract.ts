import type { Affine } from '../image/affine.js';
import { sharedFloats } from '../kernels/arena.js';
import { ranges, type Threads, type Watch } from '../kernels/threads.js';
import { patchGrid } from './embedder.js';
import { EMBEDDING_DIMENSIONS } from './embedding.js';
import type { FeatureSpec } from './spec.js';

/** An image to embed, with the change of an injected copy. */
export interface ImageRequest {
  path: string;
  augmentation?: Affine | null;
}

/** Patch rows of images, and what they cost. */
export interface Extraction {
  /** [images·positions × 1024], images in order, positions row by row; in shared memory. */
  rows: Float32Array;
  positions: number;
  /** Width and height of each image file. */
  sizes: { width: number; height: number }[];
  /** Wall-clock share of each stage: seconds summed over threads, divided by the threads at work. */
  seconds: ExtractionSeconds;
  executor: string;
}

export interface ExtractionSeconds {
  decode: number;
  forward: number;
  embed: number;
}

/** What a task answers for its images. */
export interface ExtractedChunk {
  sizes: { width: number; height: number }[];
  seconds: ExtractionSeconds;
  executor: string;
}

const TASK = new URL('./extract-task.js', import.meta.url);
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
): Promise<Extraction> {
  const { positions } = patchGrid(spec);
  const rows = sharedFloats(images.length * positions * EMBEDDING_DIMENSIONS);
  const jobs = ranges(images.length, CHUNK).map(([from, to]) => [spec, images.slice(from, to), rows, from]);
  const progress = (done: number): void => watch.progress?.(Math.min(done * CHUNK, images.length), images.length);
  const chunks = await threads.each<ExtractedChunk>(TASK, null, jobs, { ...watch, progress });
  const lanes = Math.max(1, Math.min(threads.count, jobs.length));
  const sum = (stage: keyof ExtractionSeconds): number =>
    chunks.reduce((total, { seconds }) => total + seconds[stage], 0) / lanes;
  return {
    rows,
    positions,
    sizes: chunks.flatMap(({ sizes }) => sizes),
    seconds: { decode: sum('decode'), forward: sum('forward'), embed: sum('embed') },
    executor: chunks[0]?.executor ?? 'none',
  };
}
