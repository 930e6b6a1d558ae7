import { type Dirt, estimateDirt } from '../../denoise/dirt.js';
import { falseDiscovery } from '../../denoise/false-discovery.js';
import { gridMean } from '../../denoise/grid-mean.js';
import { imageSuspicion } from '../../denoise/worst-patches.js';
import type { Others } from '../nearest-others.js';
import { freeLevel } from './free-level.js';
import { type PriceOfDoubt, priceOfDoubt } from './price.js';
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
  /** Share of ordinary images that doubt in full would raise (price.ts), where that was asked; else null. */
  price: number | null;
  /** Whether doubt is sparing: the images are few, doubt is dear, or no dirt shows; and nobody says that there is some. */
  sparing: boolean;
  /** Deviations above the median from which a patch is doubted; null where none is for being odd. */
  from: number | null;
  /** Logarithm of the judgement at level 0: the median, where doubt is sparing so much higher that the set level is `from`. */
  origin: number;
  /** Judgement from which a patch is doubted; +∞ where `from` is null. */
  cut: number;
  /** [images] of 1 (suspected by this judge) and 0. */
  suspects: Uint8Array;
  /** [images] of 1 and 0: suspected so surely that patches above the quantile are doubted, too; at a fifth of the rate where doubt is sparing. */
  condemned: Uint8Array;
}

/** What an opinion depends on. */
export type OpinionSettings = Pick<
  WitnessSettings,
  'smooth' | 'worst' | 'doubt' | 'rate' | 'level' | 'margin' | 'few' | 'cheap' | 'dear' | 'free' | 'witnesses'
>;

interface OpinionInput {
  judge: JudgeName;
  /** [images·positions], as the judge gives it. */
  raw: Float32Array;
  side: number;
  /** Neighbours that the price of doubt is taken from; null: no price is known. */
  others: Others | null;
  /** Chance that this judge calls clean images dirty, in (0, 1). */
  alpha: number;
}

/** Where doubt is sparing, a wrong suspicion costs more: part of the rate at which all patches of an image are doubted. */
const SPARING_RATE = 0.2;

/** What a judge says of the images, and how strongly its judgements are doubted (docs/cleaning.md 4 and 5). */
export function opinionOf(input: OpinionInput, settings: OpinionSettings): Opinion {
  const { judge, raw, side, others, alpha } = input;
  const positions = side * side;
  const judged = settings.smooth ? gridMean(raw, side) : raw;
  const suspicion = imageSuspicion(judged, positions, settings.worst);
  const proven = estimateDirt(suspicion, alpha);
  const { deviations, median, deviation } = proven;
  const auto = settings.doubt === 'auto';
  const prices =
    auto && others ? priceOfDoubt({ others, judged, positions, deviations, witnesses: settings.witnesses }) : null;
  const cutAt = (level: number): number => Math.exp(median + level * deviation);
  const likely = prices && proven.interval[0] === 0 ? estimateDirt(suspicion, alpha, 'likely') : null;
  const price = prices && (likely ?? proven).interval[0] > 0 ? prices.share(cutAt(settings.level), 'ordinary') : null;
  const dirt = likely && price !== null && price <= settings.cheap ? likely : proven;
  const heard = settings.doubt === 'always' || (auto && dirt.interval[0] > 0);
  // Who says that there is dirt knows more than the images can show.
  const sparing =
    auto && (!heard || dirt.provable > settings.few || (dirt === proven && price !== null && price > settings.dear));
  const [suspects, condemned] = [1, sparing ? SPARING_RATE : 1].map((part) =>
    heard ? falseDiscovery(dirt.pValues, dirt.share, part * settings.rate) : new Uint8Array(suspicion.length),
  );
  const from = !sparing ? settings.level : sparingLevel({ prices, heard, judged, proven, alpha, cutAt }, settings);
  const origin = median + ((from ?? settings.level) - settings.level) * deviation;
  return {
    ...dirt,
    judge,
    judged,
    suspicion,
    heard,
    price,
    sparing,
    from,
    origin,
    cut: from === null ? Number.POSITIVE_INFINITY : cutAt(from),
    suspects,
    condemned,
  };
}

/**
 * Where sparing doubt begins: `margin` beyond the set level, or as much later as it takes to be free. Where dirt is proven ordinary images are asked, where it
 * is not all of them, since new images are then like any.
 */
function sparingLevel(
  { prices, heard, judged, proven: { median, deviation }, alpha, cutAt }: SparingInput,
  { level, margin, free, cheap }: OpinionSettings,
): number | null {
  const least = level + margin;
  if (!prices || !free) return heard ? least : null;
  let most = 0;
  for (const value of judged) if (value > most) most = value;
  const to = (Math.log(most) - median) / deviation;
  const among = heard ? 'ordinary' : 'all';
  return freeLevel({ price: prices, among, from: least, to, cutAt, most: cheap, alpha });
}

interface SparingInput {
  prices: PriceOfDoubt | null;
  heard: boolean;
  judged: Float32Array;
  proven: Dirt;
  alpha: number;
  cutAt(level: number): number;
}
