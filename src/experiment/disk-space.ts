import { stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InputError } from '../errors.js';
import type { FeatureReader } from '../features/reader.js';
import { imageLength } from '../features/reading.js';
import type { ImageRequest } from '../features/spec.js';
import { entryPath } from '../storage/cache.js';
import { gigabytes } from './memory.js';

/**
 * Checks that the features of images that are not stored yet have room on the disk of a cache, before they are computed.
 * @returns those images. @throws InputError naming the folder.
 */
export async function checkDiskSpace(
  folder: string,
  reader: Pick<FeatureReader, 'spec' | 'keys'>,
  images: readonly ImageRequest[],
  left: (folder: string) => Promise<number> = freeBytes,
): Promise<ImageRequest[]> {
  const keys = await reader.keys(images);
  const there = await Promise.all(keys.map((key) => stat(entryPath(folder, 'features', key)).catch(() => null)));
  const missing = images.filter((_, i) => there[i] === null);
  const need = 4 * imageLength(reader.spec) * missing.length;
  const free = await left(folder);
  if (need <= free) return missing;
  const fix = 'Free some space, or name a folder on a larger disk with --cache';
  throw new InputError(`features take ${gigabytes(need)} in ${folder}, whose disk has ${gigabytes(free)} left`, fix);
}

/** Bytes left where a folder lies or will lie. */
export async function freeBytes(folder: string): Promise<number> {
  const there = await stat(folder).catch(() => null);
  if (!there && dirname(resolve(folder)) !== resolve(folder)) return freeBytes(dirname(resolve(folder)));
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
