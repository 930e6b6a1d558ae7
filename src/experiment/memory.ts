import { totalmem } from 'node:os';
import process from 'node:process';
import { PROJECTED_DIMENSIONS } from '../denoise/projection.js';
import type { Settings, StreamCost, System } from '../detector/system.js';
import { InputError } from '../errors.js';
import { patchGrid } from '../features/layers.js';
import { imageLength, patchDimensions } from '../features/reading.js';
import type { FeatureSpec } from '../features/spec.js';
import type { Reporter } from '../progress.js';

/** Memory there is, in bytes. */
export interface Memory {
  /** Of the machine, or what this process may use of it. */
  total: number;
  /** Not in use. */
  free: number;
}

/** Numbers that one array holds at most in Node. */
const LONGEST_ARRAY = 2 ** 32;

/** Memory of this process's machine, or of its container. */
export function memoryHere(): Memory {
  const limit = process.constrainedMemory?.() ?? 0;
  const total = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return { total, free: Math.min(total, process.availableMemory?.() ?? total) };
}

/**
 * Bytes that fitting on so many images takes at its peak, roughly: their features and, for patch embeddings, two copies of their
 * projections. Networks (a thread's ResNet18: 0.2 GB) and what is fitted come on top.
 */
export function trainingBytes(spec: FeatureSpec, images: number): number {
  const values = images * imageLength(spec);
  const projected = spec.reading?.kind === 'maps' ? 0 : 2 * images * patchGrid(spec).positions * PROJECTED_DIMENSIONS;
  return 4 * (values + projected);
}

/** How a fit goes about features that memory does not take together. */
export interface StreamPlan extends StreamCost {
  /** Images whose features memory takes at a time. */
  atATime: number;
  /** Bytes of features on disk. */
  stored: number;
}

/** Most images of a block: more make nothing faster. */
const LARGEST_BLOCK = 32;
/** Blocks in memory at a time: a test image's neighbours are searched while the next ones are read. */
const BLOCKS = 2;

/** What a fit is planned by. */
export interface MemoryChoice {
  /** Bytes that may be used; default: three quarters of what is free. */
  limit?: number;
  memory?: Memory;
}

/**
 * Whether features are streamed through the cache, since they do not fit into memory; told before the work starts.
 * @returns null where memory takes them all. @throws InputError where not even a block at a time fits, or where all must fit and do not.
 */
export function planMemory(
  spec: FeatureSpec,
  images: number,
  system: Pick<System, 'name' | 'streams'>,
  settings: Settings,
  { note }: Pick<Reporter, 'note'>,
  { limit, memory = memoryHere() }: MemoryChoice = {},
): StreamPlan | null {
  const bytes = trainingBytes(spec, images);
  const most = limit ?? 0.75 * memory.free;
  const what = `fitting on ${images} images of ${spec.preprocessing.crop} px`;
  if (!system.streams) {
    if (limit !== undefined && bytes > limit) {
      const fix = `Raise --memory, give fewer images, or choose a memory bank`;
      throw new InputError(`${what} needs ${gigabytes(bytes)}: ${system.name} takes all features into memory`, fix);
    }
    checkMemory(spec, images, { note }, memory);
    return null;
  }
  if (images * imageLength(spec) <= LONGEST_ARRAY && bytes <= most) return null;
  const image = 4 * imageLength(spec);
  const size = { images, positions: patchGrid(spec).positions, dimensions: patchDimensions(spec) };
  const cost = system.streams(size, settings);
  const atATime = Math.min(LARGEST_BLOCK, images, Math.floor((most - cost.bytes) / (BLOCKS * image)));
  if (atATime < 1) {
    const fix = limit === undefined ? 'Free some memory or allow more with --memory' : 'Raise --memory';
    const least = gigabytes(cost.bytes + BLOCKS * image);
    throw new InputError(
      `${what} needs ${least} of memory even with features on disk, ${gigabytes(most)} may be used`,
      `${fix}, lower --ratio, or give fewer or smaller images`,
    );
  }
  const plan = { ...cost, bytes: cost.bytes + BLOCKS * atATime * image, atATime, stored: images * image };
  note(
    `${what} with features on disk: about ${gigabytes(plan.bytes)} of memory beside the networks (all at once: ${gigabytes(bytes)}), ` +
      `${gigabytes(plan.stored)} on disk in single precision, read ${cost.passes} times, ${atATime} images at a time`,
  );
  return plan;
}

/**
 * Compares what fitting needs with what there is, before it starts.
 * @throws InputError where it cannot fit; a note is told where it takes more than is free.
 */
export function checkMemory(
  spec: FeatureSpec,
  images: number,
  { note }: Pick<Reporter, 'note'>,
  { total, free }: Memory = memoryHere(),
): void {
  const bytes = trainingBytes(spec, images);
  const { resize, crop } = spec.preprocessing;
  const what = `fitting on ${images} images of ${crop} px needs ${gigabytes(bytes)} of memory`;
  const perArray = Math.floor(LONGEST_ARRAY / imageLength(spec));
  const most = Math.min(perArray, Math.floor((images * total) / bytes));
  const fix = `Give ${most} images or fewer, or smaller ones (--resize below ${resize})`;
  if (images > perArray) throw new InputError(`${what} in one array, which holds ${perArray} such images`, fix);
  if (bytes > total) throw new InputError(`${what}, there are ${gigabytes(total)}`, fix);
  if (bytes > free)
    note(`${what}, ${gigabytes(free)} of ${gigabytes(total)} are free: it may be slow, or be stopped by the system`);
}

export const gigabytes = (bytes: number): string =>
  bytes < 2 ** 28 ? `${(bytes / 2 ** 20).toFixed(1)} MB` : `${(bytes / 2 ** 30).toFixed(1)} GB`;
