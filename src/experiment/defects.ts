import type { Calibration } from '../detector/calibration.js';
import { InputError } from '../errors.js';
import { pictureHash } from '../features/picture-groups.js';
import { clopperPearson } from '../metrics/clopper-pearson.js';

/**
 * The decision threshold that labelled defects suggest: where the share of missed defects plus the share of false alarms is least,
 * both from images that nothing was fitted on; of equally good places the middle of the widest gap between scores.
 * @throws InputError without scores of both kinds.
 */
export function thresholdBetween({ scores, defects }: Pick<Calibration, 'scores' | 'defects'>): number {
  if (scores.length === 0 || defects.length === 0) {
    throw new InputError('a threshold between good images and defects needs scores of both', 'Give images of both');
  }
  const values = [...new Set([...scores, ...defects])].sort((a, b) => a - b);
  let best = { cost: Number.POSITIVE_INFINITY, gap: 0, at: 0 };
  for (const [i, value] of values.entries()) {
    const next = values[i + 1] ?? value;
    const cost =
      defects.filter((score) => score <= value).length / defects.length +
      scores.filter((score) => score > value).length / scores.length;
    const gap = next - value;
    if (cost < best.cost - 1e-12 || (cost < best.cost + 1e-12 && gap > best.gap))
      best = { cost, gap, at: value + gap / 2 };
  }
  return best.at;
}

/** What a threshold misses. */
export interface Missed {
  missed: number;
  defects: number;
  /** 95 % interval (Clopper–Pearson) of the share of defects like these that are missed. */
  interval: [number, number];
}

/** How many of the labelled defects lie at or below a threshold. */
export function missedAt({ defects }: Pick<Calibration, 'defects'>, decisionThreshold: number): Missed {
  const missed = defects.filter((score) => score <= decisionThreshold).length;
  return { missed, defects: defects.length, interval: clopperPearson(missed, defects.length) };
}

/**
 * Makes sure that defects that set a threshold are not among images that judge or were fitted: compared by content, so that copies
 * count. @throws InputError naming both files.
 */
export async function refuseKnown(
  defects: readonly string[],
  known: readonly string[],
  what: 'the test set' | 'the good images',
): Promise<void> {
  const own = new Map<string, string>();
  for (const path of defects) own.set(await pictureHash(path), path);
  for (const path of known) {
    const found = own.get(await pictureHash(path));
    if (found)
      throw new InputError(`the labelled defect ${found} is ${path} of ${what}`, 'Give defects that are in neither');
  }
}
