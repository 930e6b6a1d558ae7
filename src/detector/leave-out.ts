import type { Resources } from '../engine/resources.js';
import type { TrainingPatches } from '../features/reader.js';
import { type MemoryBank, withoutPatches } from './bank.js';
import type { Neighbours } from './neighbours.js';
import { rowBatches } from './patch-blocks.js';
import { createScorer } from './score.js';

/** Images whose patches are searched at a time. */
const BATCH = 32;
/** Rows looked at beyond those that are averaged: enough for nearly all patches, then for nearly all others. */
const SPARE: readonly number[] = [7, 63];
/** Own rows beyond which the last patches are searched in the bank without them: a list so deep a patch would fill the memory. */
const DEEPEST = 255;

/**
 * Scores training images as if they were new: exactly the scores they would get from the bank without the rows that come from
 * the image itself (the other rows stay as they were selected). Patches with too few foreign rows among the nearest are
 * searched again, deeper.
 * @param k nearest rows averaged into a patch's score. @param images indices of training images or, given the picture of each as a tile,
 * of pictures. @param deepest as {@link DEEPEST}.
 * @returns a score each; infinite where every row of the bank is the image's own. @throws Cancelled.
 */
export async function leaveOutScores(
  { compute, reporter, signal }: Resources,
  patches: TrainingPatches,
  bank: MemoryBank,
  k: number,
  images: readonly number[],
  pictures?: Int32Array,
  deepest: number = DEEPEST,
): Promise<Float32Array> {
  const { positions } = patches;
  const imageOf = (patch: number): number => {
    const image = Math.floor(patch / positions);
    return pictures?.[image] ?? image;
  };
  const own = new Map<number, number>();
  for (const pick of bank.picks) own.set(imageOf(pick), (own.get(imageOf(pick)) ?? 0) + 1);
  const most = k + Math.max(...images.map((image) => own.get(image) ?? 0));
  const scores = new Map(images.map((image) => [image, Number.NEGATIVE_INFINITY]));
  const progress = reporter.stage('leave one out');
  let left = partsOf(images, pictures).flatMap((image) =>
    Array.from({ length: positions }, (_, p) => image * positions + p),
  );
  const total = left.length;
  const rate = (image: number, score: number | null): void => {
    scores.set(image, Math.max(scores.get(image)!, score ?? Number.POSITIVE_INFINITY));
  };
  for (const depth of [...SPARE.map((spare) => k + spare).filter((deep) => deep < most), most]) {
    if (depth === most && most > k + deepest) break;
    const scorer = await createScorer(compute, bank, depth);
    const again: number[] = [];
    let seen = 0;
    for await (const { batch, rows } of rowBatches(patches, left, BATCH)) {
      const found = await scorer.neighbours(rows, { signal });
      for (const [q, patch] of batch.entries()) {
        const score = foreignScore(
          found,
          q,
          batch.length,
          bank,
          k,
          (row) => imageOf(bank.picks[row]) === imageOf(patch),
        );
        if (score === null && depth < most) again.push(patch);
        else rate(imageOf(patch), score);
      }
      seen += batch.length;
      progress(total - again.length - (left.length - seen), total);
    }
    left = again;
    if (left.length === 0) break;
  }
  for (const image of new Set(left.map(imageOf))) {
    const patchesLeft = left.filter((patch) => imageOf(patch) === image);
    const others = withoutPatches(bank, (patch) => imageOf(patch) === image);
    if (others.picks.length === 0) {
      rate(image, null);
      continue;
    }
    const scorer = await createScorer(compute, others, Math.min(k, others.picks.length));
    for await (const { batch, rows } of rowBatches(patches, patchesLeft, BATCH)) {
      const found = await scorer.neighbours(rows, { signal });
      for (const q of batch.keys())
        rate(
          image,
          foreignScore(found, q, batch.length, others, k, () => false),
        );
    }
  }
  if (left.length > 0) progress(total, total);
  return Float32Array.from(images, (image) => scores.get(image)!);
}

/** The images that are whole pictures, or the tiles of pictures, in order. */
function partsOf(images: readonly number[], pictures?: Int32Array): number[] {
  if (!pictures) return [...images];
  const chosen = new Set(images);
  return [...pictures.keys()].filter((tile) => chosen.has(pictures[tile]));
}

/**
 * Score of query `q` among `queries`: mean squared distance of its k nearest rows that are not `own`, times the nearest one's
 * weight. Null where fewer than k foreign rows were looked at and the bank has more; fewer count where it has no more.
 */
function foreignScore(
  { rows, squared }: Neighbours,
  q: number,
  queries: number,
  bank: MemoryBank,
  k: number,
  own: (row: number) => boolean,
): number | null {
  const depth = rows.length / queries;
  let sum = 0;
  let taken = 0;
  let nearest = -1;
  for (let j = q * depth; j < (q + 1) * depth && taken < k; j++) {
    if (own(rows[j])) continue;
    if (nearest < 0) nearest = rows[j];
    sum += squared[j];
    taken++;
  }
  const whole = depth === bank.picks.length;
  if (nearest < 0 || (taken < k && !whole)) return null;
  return (sum / taken) * (bank.weights ? bank.weights[nearest] : 1);
}
