import type { Resources } from '../engine/resources.js';
import { isFar } from '../engine/rows.js';
import type { FeatureReader } from '../features/reader.js';
import type { ImageRequest } from '../features/spec.js';
import type { Cache } from '../storage/cache.js';
import type { StoredTensor } from '../storage/safetensors.js';
import type { LazyBank } from './bank.js';
import type { Neighbours } from './neighbours.js';
import { findRelatives, keepRelative, type Relative } from './relatives.js';
import { type Known, type RestSearch, restSearch } from './rest-search.js';
import { type BankScorer, createScorer } from './score.js';

/** Raise when neighbours change for the same bank and image. */
const VERSION = 1;

/** Nearest bank rows of test images, each remembered by bank and image; what is known from banks of the same patches is not searched again. */
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
    return perImage(found, images.length);
  };
  const entryOf = (key: string, image: string): unknown => ['neighbours', VERSION, key, k, positions, image];
  const { family } = bank;
  let relatives: Promise<Relative[]> | undefined;
  const rests = new Map<string, Promise<RestSearch>>();
  /** The rows of a bank beyond what its relatives have. */
  const restOf = (some: readonly Relative[]): Promise<RestSearch> => {
    const name = some.map(({ key }) => key).join();
    const made =
      rests.get(name) ??
      bank.load().then((own) =>
        restSearch(
          compute,
          own,
          some.map(({ picks }) => picks),
        ),
      );
    rests.set(name, made);
    return made;
  };
  /** From what is remembered of these images in other banks of the family; null where that is nothing. */
  const searchBeside = async (
    images: readonly ImageRequest[],
    keys: readonly string[],
    signal?: AbortSignal,
  ): Promise<Neighbours[] | null> => {
    if (!family || k !== 1) return null;
    relatives ??= findRelatives(cache, family);
    const known: { relative: Relative; found: Known }[] = [];
    for (const relative of await relatives) {
      const found = await knownOf(
        cache,
        keys.map((key) => entryOf(relative.key, key)),
      );
      if (found) known.push({ relative, found });
    }
    if (known.length === 0) return null;
    const rows = await reader.read(images, { signal });
    return timed(async () => {
      const rest = await restOf(known.map(({ relative }) => relative));
      const found = await rest.search(
        rows,
        known.map(({ found: own }) => own),
        { signal },
      );
      return found && perImage(found, images.length);
    });
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
          const entry = await cache.find('neighbours', entryOf(bank.key, key));
          if (entry) results[i] = neighboursOf(entry);
          else missing.push(i);
        }),
      );
      missing.sort((a, b) => a - b);
      const wanted = missing.map((i) => images[i]);
      const names = missing.map((i) => keys[i]);
      const beside = missing.length > 0 ? await searchBeside(wanted, names, signal) : [];
      const fresh = beside ?? (await searchAll(wanted, signal));
      const now = await reader.keys(wanted);
      for (const [j, i] of missing.entries()) {
        const { rows, squared, tied } = fresh[j];
        results[i] = fresh[j];
        // A file that changed since must not be remembered under what it was.
        if (now[j] !== keys[i]) continue;
        await cache.keep('neighbours', entryOf(bank.key, keys[i]), {
          rows: { dtype: 'I32', shape: [rows.length], data: rows },
          squared: { dtype: 'F32', shape: [squared.length], data: squared },
          ...(tied && { tied: { dtype: 'U8', shape: [tied.length], data: tied } }),
        });
      }
      if (family && k === 1 && fresh[0]?.tied) await keepRelative(cache, family, bank);
      return results as Neighbours[];
    },
  };
}

/** The neighbours of each of so many images. */
function perImage({ rows, squared, tied }: Neighbours, images: number): Neighbours[] {
  const each = rows.length / images;
  const patches = tied && tied.length / images;
  return Array.from({ length: images }, (_, i) => ({
    rows: rows.slice(i * each, (i + 1) * each),
    squared: squared.slice(i * each, (i + 1) * each),
    ...(tied && { tied: tied.slice(i * patches!, (i + 1) * patches!) }),
  }));
}

function neighboursOf({ rows, squared, tied }: Record<string, StoredTensor>): Neighbours {
  const found = { rows: rows.data as Int32Array, squared: squared.data as Float32Array };
  return tied ? { ...found, tied: tied.data as Uint8Array } : found;
}

/** What is remembered of several images, one after the other; null where one is missing or its ties are not known. */
async function knownOf(cache: Pick<Cache, 'peek'>, names: readonly unknown[]): Promise<Known | null> {
  const all: Known[] = [];
  for (const name of names) {
    const entry = await cache.peek('neighbours', name);
    if (!entry?.tied) return null;
    all.push(neighboursOf(entry) as Known);
  }
  const each = all[0].rows.length;
  const found = {
    rows: new Int32Array(all.length * each),
    squared: new Float32Array(all.length * each),
    tied: new Uint8Array(all.length * each),
  };
  for (const [i, { rows, squared, tied }] of all.entries()) {
    found.rows.set(rows, i * each);
    found.squared.set(squared, i * each);
    found.tied.set(tied, i * each);
  }
  return found;
}
