import type { Resources } from '../engine/resources.js';
import type { FeatureReader } from '../features/reader.js';
import type { ImageRequest } from '../features/spec.js';
import type { LazyBank, MemoryBank } from './bank.js';
import type { BankConfig } from './config.js';
import { reweightingFactor } from './reweight.js';
import { type BankScorer, createScorer, patchScores } from './score.js';

/** Scores of some images' patches [images·positions], and their own. */
export interface BatchScores {
  patches: Float32Array;
  scores: Float32Array;
}

/** Scores images with re-weighting. */
export interface ReweightedSearch {
  score(images: readonly ImageRequest[]): Promise<BatchScores>;
  /** Seconds of indexing and searching so far, reading features left out. */
  seconds(): number;
}

/** Scores images with the re-weighting of {@link reweightingFactor}; nothing is remembered, since it looks at the patches themselves. */
export function reweightedSearch(
  { compute, signal }: Pick<Resources, 'compute' | 'signal'>,
  reader: FeatureReader,
  lazy: LazyBank,
  config: BankConfig,
  positions: number,
): ReweightedSearch {
  let ready: Promise<{ bank: MemoryBank; nearest: BankScorer; support: BankScorer }> | undefined;
  const open = async (): Promise<Awaited<NonNullable<typeof ready>>> => {
    const bank = await lazy.load();
    const nearest = await createScorer(compute, bank, config.neighbours);
    return { bank, nearest, support: await createScorer(compute, bank, Math.min(config.support!, bank.picks.length)) };
  };
  let seconds = 0;
  const score = async (images: readonly ImageRequest[]): Promise<BatchScores> => {
    const rows = await reader.read(images, { signal });
    const begin = performance.now();
    ready ??= open();
    const { bank, nearest, support } = await ready;
    const d = rows.length / (images.length * positions);
    const found = await nearest.neighbours(rows, { signal });
    const k = found.rows.length / (images.length * positions);
    const patches = patchScores(found, bank.weights, images.length * positions, config.distance);
    const worst = images.map((_, i) => largestAt(patches, i * positions, (i + 1) * positions));
    const matched = new Float32Array(images.length * d);
    for (const [i, patch] of worst.entries()) {
      const row = found.rows[patch * k];
      matched.set(bank.rows.subarray(row * d, (row + 1) * d), i * d);
    }
    const around = await support.neighbours(matched, { signal });
    const b = around.rows.length / images.length;
    const scores = Float32Array.from(worst, (patch, i) => {
      const own = rows.subarray(patch * d, (patch + 1) * d);
      return patches[patch] * reweightingFactor(own, bank, around.rows.subarray(i * b, (i + 1) * b));
    });
    seconds += (performance.now() - begin) / 1000;
    return { patches, scores };
  };
  return { score, seconds: () => seconds };
}

function largestAt(values: Float32Array, from: number, to: number): number {
  let at = from;
  for (let i = from + 1; i < to; i++) if (values[i] > values[at]) at = i;
  return at;
}
