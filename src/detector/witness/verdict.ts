import { type Dirt, estimateDirt } from '../../denoise/dirt.js';
import { falseDiscovery } from '../../denoise/false-discovery.js';
import { gridMean } from '../../denoise/grid-mean.js';
import { imageSuspicion } from '../../denoise/worst-patches.js';
import type { Others } from '../nearest-others.js';
import { priceOfDoubt } from './price.js';
import type { JudgeName, WitnessSettings } from './settings.js';

/** One judge's opinion of all training images. */
export interface Opinion extends Dirt {
  judge: JudgeName;
  /** [images·positions] its judgement of each patch, smoothed where so set; larger is more suspicious. */
  judged: Float32Array;
  /** [images] logarithm of the mean of each image's worst patches. */
  suspicion: Float64Array;
  /** Whether it finds dirt at all, or is not asked. */
  heard: boolean;
  /** Share of ordinary images that doubt would raise (price.ts), where likely dirt was weighed against it; else null. */
  price: number | null;
  /** Whether the images are few, and nobody says that there is dirt. */
  few: boolean;
  /** [images] of 1 and 0: suspected so surely that patches above the quantile are doubted, too; of few images at a fifth of the rate. */
  condemned: Uint8Array;
  /** Logarithm of the judgement at level 0: the median, of few images higher by the margin. */
  origin: number;
  /** Judgement from which a patch is doubted. */
  cut: number;
  /** [images] of 1 (suspected by this judge) and 0. */
  suspects: Uint8Array;
}

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

/** Of few images a wrong suspicion costs more: part of the rate at which all patches of an image are doubted. */
const FEW_RATE = 0.2;

/** What the verdict depends on. */
export type VerdictSettings = Pick<
  WitnessSettings,
  'smooth' | 'worst' | 'doubt' | 'alpha' | 'rate' | 'level' | 'margin' | 'few' | 'quantile' | 'cheap'
>;

/**
 * Decides what to doubt (docs/cleaning.md 4 and 5). Each judge is asked by itself whether its suspicions show dirt; only judges that
 * find some are heard, so a judge that is blind on these images (LOF on turned objects) keeps silent. With none heard
 * nothing is doubted, and the detector is PatchCore exactly. Where doubt would cost little, dirt need only be likely. Of few images only what lies far out is doubted, and surer suspects.
 * @param judgements by judge, [images·positions] each. @param side of the grid. @param others neighbours that the price of doubt is
 * taken from; null: proof is always asked for.
 */
export function reachVerdict(
  judgements: ReadonlyMap<JudgeName, Float32Array>,
  side: number,
  settings: VerdictSettings,
  others: Others | null = null,
): Verdict {
  const positions = side * side;
  const opinions = [...judgements].map(([judge, raw]) => {
    const judged = settings.smooth ? gridMean(raw, side) : raw;
    const suspicion = imageSuspicion(judged, positions, settings.worst);
    const alpha = settings.alpha / judgements.size;
    const proven = estimateDirt(suspicion, alpha);
    const { median, deviation, deviations } = proven;
    const cutFrom = (start: number): number => Math.exp(start + settings.level * deviation);
    const likely =
      settings.doubt === 'auto' && others && proven.interval[0] === 0 ? estimateDirt(suspicion, alpha, 'likely') : null;
    const price =
      others && likely && likely.interval[0] > 0
        ? priceOfDoubt({ others, judged, cut: cutFrom(median), positions, deviations })
        : null;
    const dirt = likely && price !== null && price <= settings.cheap ? likely : proven;
    const heard = settings.doubt === 'always' || (settings.doubt === 'auto' && dirt.interval[0] > 0);
    // Who says that there is dirt knows more than few images can show.
    const few = settings.doubt === 'auto' && dirt.provable > settings.few;
    const [suspects, condemned] = [1, few ? FEW_RATE : 1].map((part) =>
      heard ? falseDiscovery(dirt.pValues, dirt.share, part * settings.rate) : new Uint8Array(suspicion.length),
    );
    const origin = median + (few ? settings.margin * deviation : 0);
    return { ...dirt, judge, judged, suspicion, heard, price, few, origin, cut: cutFrom(origin), suspects, condemned };
  });
  const heard = opinions.filter((opinion) => opinion.heard);
  const images = opinions[0].suspicion.length;
  const suspected = Uint8Array.from({ length: images }, (_, i) =>
    Number(heard.some(({ suspects }) => suspects[i] === 1)),
  );
  const most = (values: number[]): number => Math.max(0, ...values);
  const asked = heard.length > 0 ? heard : opinions;
  return {
    share: most(heard.map(({ share }) => share)),
    interval: [most(heard.map(({ interval }) => interval[0])), most(asked.map(({ interval }) => interval[1]))],
    opinions,
    suspected,
    doubted: heard.length > 0 ? doubt(heard, positions, settings.quantile) : null,
  };
}

function doubt(heard: readonly Opinion[], positions: number, quantile: number): Uint8Array {
  const doubted = new Uint8Array(heard[0].judged.length);
  for (const { judged, cut, condemned } of heard) {
    const high = judged.slice().sort()[Math.floor((judged.length - 1) * quantile)];
    judged.forEach((value, patch) => {
      if (value > cut || (condemned[Math.floor(patch / positions)] === 1 && value > high)) doubted[patch] = 1;
    });
  }
  return doubted;
}
