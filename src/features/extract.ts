import type { Engine } from '../engine/names.js';
import { prepareNvidia } from '../engine/nvidia-environment.js';
import type { Rows } from '../engine/rows.js';
import type { Stage } from '../engine/stage.js';
import { refuseTelemetry } from '../engine/telemetry.js';
import { sharedFloats } from '../kernels/arena.js';
import { task } from '../kernels/task.js';
import { ranges, type Threads } from '../kernels/threads.js';
import type { Watch } from '../progress.js';
import type { Cache } from '../storage/cache.js';
import type { ExtractedChunk, ExtractionSeconds } from './extract-task.js';
import type { ImageSize } from './input.js';
import { patchGrid } from './layers.js';
import { imageLength } from './reading.js';
import type { FeatureSpec, ImageRequest } from './spec.js';
import type { FeatureStore } from './stored-features.js';

/** Images to read as a spec says. */
export interface ExtractionJob {
  spec: FeatureSpec;
  /** What runs the network. */
  engine: Engine;
  images: readonly ImageRequest[];
  /** Where values are found and kept; none: nothing is remembered. */
  stored?: { cache: Cache; weightsSha256: string };
  /** The caller takes embeddings that stay where they are computed; nothing but what is remembered comes home. */
  mayStay?: boolean;
  /** Where values go, in shared memory and long enough; default: an array of their own. Not with `mayStay`. */
  into?: Float32Array;
}

/** Where a job's values go. @throws InputError where there is no room for them. */
export function rowsOf({ spec, images, into }: ExtractionJob): Float32Array {
  const length = images.length * imageLength(spec);
  return into ? into.subarray(0, length) : sharedFloats(length);
}

/** Patch rows of images, and what they cost. */
export interface Extraction {
  /**
   * What the spec reads, images in order: [images·positions × 1024], or the maps of each image; in shared memory, unless the job
   * lets rows stay on a device.
   */
  rows: Rows;
  positions: number;
  /** Width and height of each image file. */
  sizes: ImageSize[];
  /** Wall-clock share of each stage: seconds summed over threads, divided by the threads at work. */
  seconds: ExtractionSeconds;
  /** Library, version and provider that ran the network; null when every image came from the cache. */
  library: string | null;
  /** Images that were converted from CMYK just now. */
  cmyk: string[];
}

/** Reads images; devices have a form of their own. */
export const EXTRACT: Stage<ExtractionJob, Extraction> = { name: 'features', onThreads: extract };

const EXTRACTION = task<typeof import('./extract-task.js')>(new URL('./extract-task.js', import.meta.url));
const CHUNK = 2;

/** Where a job's values are remembered, as threads need it; null where nothing is. */
export function storeOf({ engine, stored }: ExtractionJob): FeatureStore | null {
  if (!stored?.cache.folder) return null;
  return { folder: stored.cache.folder, engine, weightsSha256: stored.weightsSha256 };
}

/**
 * Embeds images in threads: each decodes, resizes, runs the network on one core and writes its rows in place, so the
 * stages of different images overlap. The result does not depend on the number of threads.
 * @throws InputError naming the image or weight file; Cancelled.
 */
export async function extract(
  threads: Threads,
  job: ExtractionJob,
  watch: Watch = {},
): Promise<Extraction & { rows: Float32Array }> {
  // Here, since threads load onnxruntime but cannot set what it reads.
  prepareNvidia();
  refuseTelemetry();
  const { spec, engine, images } = job;
  const { positions } = patchGrid(spec);
  const rows = rowsOf(job);
  const store = storeOf(job);
  const plain = images.map(({ path, augmentation = null, tile }) => ({ path, augmentation, tile }));
  const jobs = ranges(images.length, CHUNK).map(({ from, to }) => ({
    spec,
    engine,
    images: plain.slice(from, to),
    rows,
    first: from,
    store,
  }));
  const progress = (done: number): void => watch.progress?.(Math.min(done * CHUNK, images.length), images.length);
  const chunks = await threads.each(EXTRACTION, jobs, { ...watch, progress });
  const lanes = Math.max(1, Math.min(threads.count, jobs.length));
  const sum = (stage: keyof ExtractionSeconds): number =>
    chunks.reduce((total, { seconds }) => total + seconds[stage], 0) / lanes;
  if (store) reportReuse(job.stored!.cache, chunks, images.length);
  return {
    rows,
    positions,
    sizes: chunks.flatMap(({ sizes }) => sizes),
    seconds: { decode: sum('decode'), forward: sum('forward'), embed: sum('embed') },
    library: chunks.find(({ library }) => library !== null)?.library ?? null,
    cmyk: chunks.flatMap(({ cmyk }) => cmyk),
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
