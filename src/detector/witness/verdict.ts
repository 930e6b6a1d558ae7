import type { Others } from '../nearest-others.js';
import { type Opinion, type OpinionSettings, opinionOf } from './opinion.js';
import type { JudgeName, WitnessSettings } from './settings.js';

/** What is doubted, and why. */
export interface Verdict {
  /** Estimated share of dirty images; 0 where no judge finds any. */
  share: number;
  interval: [lower: number, upper: number];
  opinions: Opinion[];
  /** [images] of 1 (suspected) and 0. */
  suspected: Uint8Array;
  /** [images·positions] of 1 (doubted: needs witnesses) and 0; null where nothing is. */
  doubted: Uint8Array | null;
}

/** What the verdict depends on. */
export type VerdictSettings = OpinionSettings & Pick<WitnessSettings, 'alpha' | 'quantile'>;

/**
 * Decides what to doubt (docs/cleaning.md 4 and 5). Each judge is asked by itself whether its suspicions show dirt; where some
 * find any only they are heard, so a judge that is blind on these images (LOF on turned objects) keeps silent. With none heard
 * only what no training image needs is doubted.
 * @param judgements by judge, [images·positions] each. @param side of the grid. @param others neighbours that the price of doubt is
 * taken from; null: proof is always asked for, and with none heard nothing is doubted.
 */
export function reachVerdict(
  judgements: ReadonlyMap<JudgeName, Float32Array>,
  side: number,
  settings: VerdictSettings,
  others: Others | null = null,
): Verdict {
  const alpha = settings.alpha / judgements.size;
  const opinions = [...judgements].map(([judge, raw]) => opinionOf({ judge, raw, side, others, alpha }, settings));
  const heard = opinions.filter((opinion) => opinion.heard);
  const images = opinions[0].suspicion.length;
  const suspected = Uint8Array.from({ length: images }, (_, i) =>
    Number(heard.some(({ suspects }) => suspects[i] === 1)),
  );
  const most = (values: number[]): number => Math.max(0, ...values);
  const asked = heard.length > 0 ? heard : opinions;
  const doubted = settings.doubt === 'never' ? null : doubt(asked, side * side, settings.quantile);
  return {
    share: most(heard.map(({ share }) => share)),
    interval: [most(heard.map(({ interval }) => interval[0])), most(asked.map(({ interval }) => interval[1]))],
    opinions,
    suspected,
    doubted: heard.length > 0 || doubted?.includes(1) ? doubted : null,
  };
}

function doubt(opinions: readonly Opinion[], positions: number, quantile: number): Uint8Array {
  const doubted = new Uint8Array(opinions[0].judged.length);
  for (const { judged, cut, condemned } of opinions) {
    const high = judged.slice().sort()[Math.floor((judged.length - 1) * quantile)];
    judged.forEach((value, patch) => {
      if (value > cut || (condemned[Math.floor(patch / positions)] === 1 && value > high)) doubted[patch] = 1;
    });
  }
  return doubted;
}
