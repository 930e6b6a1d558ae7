import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { InputError, whyUnreadable } from '../../errors.js';
import type { EvaluateConfig } from '../../experiment/config.js';
import type { EvaluateResult } from '../../experiment/evaluate.js';
import type { Exact } from '../view/exact.js';
import { judgeOf } from '../view/methods.js';
import { cutName, type Stop } from '../view/stop.js';

/** A saved result of `evaluate` or `sweep`, as far as a page needs it. */
export interface SavedResult {
  /** The file, or what else it is called in errors. */
  from: string;
  category: string;
  config: EvaluateConfig;
  stop: Stop;
  /** τ or level of the configuration. */
  chosen: number;
  exact: Exact;
  /** Images of the test set with their exact scores, where the result holds them. */
  images: readonly { name: string; score: number }[];
}

const auroc = z.object({ auroc: z.number().nullable() }).loose();
const config = z
  .object({
    method: z.string(),
    profile: z.string(),
    settings: z.record(z.string(), z.unknown()),
    features: z.object({}).loose(),
    contamination: z.object({ noise: z.number(), overlap: z.boolean() }).loose(),
    maskMode: z.enum(['nearest', 'half', 'eroded255']),
    seed: z.number(),
  })
  .loose();
const evaluated = z.object({
  category: z.string(),
  config,
  image: auroc.extend({ ap: z.number().nullable() }),
  pixel: auroc.extend({ aupro: z.number().nullable() }),
  timings: z.object({ total: z.number() }).loose(),
  images: z.array(z.object({ name: z.string(), score: z.number() }).loose()),
});
const swept = z.object({
  category: z.string(),
  config,
  rows: z.array(z.object({ point: z.record(z.string(), z.unknown()), image: auroc, pixel: auroc })).min(1),
});

/**
 * Reads results that `--json` wrote. A sweep over several k or ρ becomes one result each.
 * @throws InputError naming the file: missing, no result, or of a method without a cut.
 */
export async function readResults(path: string): Promise<SavedResult[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new InputError(`cannot read result ${path}: ${whyUnreadable(error)}`, 'Check the path');
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new InputError(`result ${path} is not JSON`, 'Give what softpatch evaluate or sweep wrote with --json');
  }
  const one = evaluated.safeParse(json);
  if (one.success) return [fromEvaluation(one.data as unknown as EvaluatedParts, path)];
  const curve = swept.safeParse(json);
  if (curve.success) return fromSweep(curve.data, path);
  throw new InputError(
    `${path} is no result of evaluate or sweep`,
    'Give what softpatch evaluate or sweep wrote with --json',
  );
}

/** What of an evaluation's result is needed. */
type EvaluatedParts = Pick<EvaluateResult, 'category' | 'config' | 'image' | 'pixel' | 'timings' | 'images'>;

/** The result of an evaluation. @param from what it is called in errors. @throws InputError for a method without a cut. */
export function fromEvaluation(
  { category, config: settled, image, pixel, timings, images }: EvaluatedParts,
  from: string,
): SavedResult {
  const { stop, chosen } = placeOf(settled, {}, from);
  const point = {
    chosen,
    image: image.auroc,
    pixel: pixel.auroc,
    imageAp: image.ap,
    aupro: pixel.aupro,
    scores: images.map(({ score }) => score),
    seconds: timings.total,
  };
  return { from, category, config: settled, stop, chosen, exact: { curve: [], points: [point] }, images };
}

function fromSweep({ category, config: own, rows }: z.infer<typeof swept>, from: string): SavedResult[] {
  const settled = own as unknown as EvaluateConfig;
  return rows.map(({ point, image, pixel }) => {
    const { stop, chosen } = placeOf(settled, point, from);
    return {
      ...{ from, category, config: settled, stop, chosen, images: [] },
      exact: { curve: [{ chosen, image: image.auroc, pixel: pixel.auroc }], points: [] },
    };
  });
}

/** Where a configuration, with some settings of its own, stands. */
function placeOf(
  { method, settings, contamination }: EvaluateConfig,
  point: Record<string, unknown>,
  from: string,
): { stop: Stop; chosen: number } {
  const judge = judgeOf(method);
  if (!judge) {
    throw new InputError(
      `${from} is of ${method}, which has no cut to look at`,
      'Give results of softpatch-* or witness',
    );
  }
  const all = { ...settings, ...point };
  const stop: Stop = {
    judge,
    k: judge === 'lof' ? Number(all.k) : 0,
    ratio: Number(all.ratio),
    noise: contamination.noise,
  };
  return { stop, chosen: Number(all[cutName(judge)]) };
}
