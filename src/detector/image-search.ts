import type { Resources } from '../engine/resources.js';
import { isFar } from '../engine/rows.js';
import type { FeatureReader } from '../features/reader.js';
import type { ImageRequest } from '../features/spec.js';
import type { LazyBank } from './bank.js';
import type { Neighbours } from './neighbours.js';
import { type BankScorer, createScorer } from './score.js';

/** Raise when neighbours change for the same bank and image. */
const VERSION = 1;

/** Nearest bank rows of test images, each remembered by bank and image. */
export interface ImageSearch {
  /** @returns each image's neighbours [positions × k]. */
  search(images: readonly ImageRequest[], signal?: AbortSignal): Promise<Neighbours[]>;
  /** Seconds of indexing and searching so far, reading features left out. */
  seconds(): number;
}

/** Prepares to search a bank; the index is built when the first image is not remembered. */
export function imageSearch(
  { compute, cache }: Pick<Resources, 'compute' | 'cache'>,
  reader: FeatureReader,
  bank: LazyBank,
  k: number,
  positions: number,
): ImageSearch {
  let scorer: Promise<BankScorer> | undefined;
  let seconds = 0;
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const value = await work();
    seconds += (performance.now() - start) / 1000;
    return value;
  };
  /** Loading a bank may mean reading its images, which is timed elsewhere. */
  const prepare = async (): Promise<BankScorer> => {
    const rows = bank.stay ? await bank.stay() : (await bank.load()).rows;
    return timed(() => createScorer(compute, { rows, picks: bank.picks, weights: bank.weights }, k));
  };
  const searchAll = async (images: readonly ImageRequest[], signal?: AbortSignal): Promise<Neighbours[]> => {
    scorer ??= prepare();
    const ready = await scorer;
    const rows = await reader.readRows(images, { signal });
    const found = await timed(() => ready.neighbours(rows, { signal })).finally(() => isFar(rows) && rows.free());
    const each = found.rows.length / images.length;
    return images.map((_, i) => ({
      rows: found.rows.slice(i * each, (i + 1) * each),
      squared: found.squared.slice(i * each, (i + 1) * each),
    }));
  };
  return {
    seconds: () => seconds,
    async search(images, signal) {
      if (!cache.folder) return searchAll(images, signal);
      const keys = await reader.keys(images);
      const results = new Array<Neighbours | undefined>(images.length);
      const missing: number[] = [];
      await Promise.all(
        keys.map(async (key, i) => {
          const entry = await cache.find('neighbours', ['neighbours', VERSION, bank.key, k, positions, key]);
          if (entry) results[i] = { rows: entry.rows.data as Int32Array, squared: entry.squared.data as Float32Array };
          else missing.push(i);
        }),
      );
      missing.sort((a, b) => a - b);
      const fresh =
        missing.length > 0
          ? await searchAll(
              missing.map((i) => images[i]),
              signal,
            )
          : [];
      const now = await reader.keys(missing.map((i) => images[i]));
      for (const [j, i] of missing.entries()) {
        const { rows, squared } = fresh[j];
        results[i] = fresh[j];
        // A file that changed since must not be remembered under what it was.
        if (now[j] !== keys[i]) continue;
        await cache.keep('neighbours', ['neighbours', VERSION, bank.key, k, positions, keys[i]], {
          rows: { dtype: 'I32', shape: [rows.length], data: rows },
          squared: { dtype: 'F32', shape: [squared.length], data: squared },
        });
      }
      return results as Neighbours[];
    },
  };
}
