import type { Resources } from '../../engine/resources.js';
import { isFar } from '../../engine/rows.js';
import type { FeatureReader } from '../../features/reader.js';
import type { ImageRequest } from '../../features/spec.js';
import { indexWitnessed, type WitnessedBank, type WitnessedIndex } from './witnessed.js';

/** Raise when distances change for the same bank and image. */
const VERSION = 1;

/** A bank of which the rows are gathered only when something has to be searched. */
export interface LazyWitnessed {
  /** Identity of rows, pictures, doubts and witnesses, for the cache. */
  key: string;
  witnesses: number;
  load(): Promise<WitnessedBank>;
}

/** Patch distances of images, each remembered by bank and image. */
export interface WitnessedSearch {
  /** @returns each image's squared distances [positions]. */
  search(images: readonly ImageRequest[]): Promise<Float32Array[]>;
  /** Seconds of indexing and searching so far, reading features left out. */
  seconds(): number;
}

/** Prepares to search; the indexes are built when the first image is not remembered. */
export function witnessedSearch(
  { compute, cache, signal }: Resources,
  reader: FeatureReader,
  bank: LazyWitnessed,
): WitnessedSearch {
  let index: Promise<WitnessedIndex> | undefined;
  let seconds = 0;
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const value = await work();
    seconds += (performance.now() - start) / 1000;
    return value;
  };
  const searchAll = async (images: readonly ImageRequest[]): Promise<Float32Array[]> => {
    index ??= bank.load().then((loaded) => timed(() => indexWitnessed(compute, loaded, bank.witnesses)));
    const ready = await index;
    const rows = await reader.readRows(images, { signal });
    const distances = (): Promise<Float32Array> => ready.distances(rows, null, { signal });
    const found = await timed(distances).finally(() => isFar(rows) && rows.free());
    const each = found.length / images.length;
    return images.map((_, i) => found.slice(i * each, (i + 1) * each));
  };
  return {
    seconds: () => seconds,
    async search(images) {
      if (!cache.folder) return searchAll(images);
      const keys = (await reader.keys(images)).map((key) => ['witnessed', VERSION, bank.key, key]);
      const known = await Promise.all(
        keys.map(async (key) => (await cache.find('neighbours', key))?.squared.data as Float32Array | undefined),
      );
      const missing = images.filter((_, i) => !known[i]);
      const fresh = missing.length > 0 ? await searchAll(missing) : [];
      const results: Float32Array[] = [];
      for (const [i, key] of keys.entries()) {
        const data = known[i] ?? fresh.shift()!;
        if (!known[i]) await cache.keep('neighbours', key, { squared: { dtype: 'F32', shape: [data.length], data } });
        results.push(data);
      }
      return results;
    },
  };
}
