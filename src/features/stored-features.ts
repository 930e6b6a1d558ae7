import { entryPath, readEntry, writeEntry } from '../storage/cache.js';
import { type FeatureOrigin, featureKey } from './feature-key.js';
import type { ImageSize } from './input.js';
import type { FeatureSpec, ImageRequest } from './spec.js';

/** Where images' values are remembered. */
export interface FeatureStore extends FeatureOrigin {
  folder: string;
}

/** An image's values as the spec reads them. */
export interface ReadImage {
  rows: Float32Array;
  size: ImageSize;
}

/** File of the cache for an image's values. @throws InputError when the image cannot be read. */
export async function featurePath(store: FeatureStore, spec: FeatureSpec, image: ImageRequest): Promise<string> {
  return entryPath(store.folder, 'features', await featureKey(spec, store, image));
}

/**
 * An image's remembered values, or null; `damaged` is called for an unreadable entry.
 * @param into where the values go, of the length the spec says; default: an array of their own.
 */
export async function readFeatures(path: string, damaged: () => void, into?: Float32Array): Promise<ReadImage | null> {
  const entry = await readEntry(path, damaged, into && { rows: into });
  if (!entry) return null;
  const [width, height] = entry.size.data as Int32Array;
  return { rows: entry.rows.data as Float32Array, size: { width, height } };
}

/** Remembers an image's values. */
export async function writeFeatures(path: string, { rows, size }: ReadImage): Promise<void> {
  await writeEntry(path, {
    rows: { dtype: 'F32', shape: [rows.length], data: rows },
    size: { dtype: 'I32', shape: [2], data: Int32Array.of(size.width, size.height) },
  });
}
