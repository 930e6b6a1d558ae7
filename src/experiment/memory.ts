import { totalmem } from 'node:os';
import process from 'node:process';
import { PROJECTED_DIMENSIONS } from '../denoise/projection.js';
import { InputError } from '../errors.js';
import { patchGrid } from '../features/layers.js';
import { imageLength } from '../features/reading.js';
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

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GB`;
