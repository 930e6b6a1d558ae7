import { decisionNote, decisionOf } from '../detector/witness/decision.js';
import { type Inspection, inspectTraining } from '../detector/witness/inspect.js';
import { type WitnessSettings, witnessSettings } from '../detector/witness/settings.js';
import type { Resources } from '../engine/resources.js';
import { InputError } from '../errors.js';
import { withSpans } from '../experiment/network-spans.js';
import { patchGrid } from '../features/layers.js';
import { featureReader } from '../features/reader.js';
import type { FeatureSpec } from '../features/spec.js';
import type { Preprocessing } from '../image/preprocess.js';
import { createRandom } from '../random.js';

/** Fewer images than this say nothing of each other. */
export const FEWEST_IMAGES = 8;
/** Patches outlined in an image that reaches no cut. */
const AT_LEAST = 3;

/** A picture to look at. */
export interface AuditPicture {
  name: string;
  path: string;
}

/** What is found of one picture. */
export interface AuditedImage extends AuditPicture {
  /** 1 for the most suspicious. */
  rank: number;
  /** Its suspicion in deviations above the median picture. */
  deviations: number;
  /** How likely a clean picture is at least so suspicious. */
  pValue: number;
  suspected: boolean;
  /** How many times farther its worst patch lies from the other pictures than those lie from theirs. */
  isolation: number;
  /** Its worst patch, by position in the grid. */
  worst: number;
  /** Patches that stand out, by position in the grid: those above the cut, else its worst. */
  spots: number[];
  /** The nearest patch of a picture that is not suspected or, where all near ones are, of one that is; null where there is none. */
  nearest: { name: string; path: string; patch: number; suspected: boolean } | null;
  /** Other files with the same bytes. */
  copies: string[];
}

/** What `softpatch audit` finds. */
export interface Audit {
  folder: string;
  /** Most suspicious first. */
  images: AuditedImage[];
  /** Estimated share of dirty pictures, with an interval; 0 where no dirt shows. */
  share: number;
  interval: [lower: number, upper: number];
  suspected: number;
  /** A line for people. */
  summary: string;
  settings: WitnessSettings;
  grid: number;
  preprocessing: Preprocessing;
}

/**
 * Compares all pictures of a folder with each other and ranks them by suspicion (docs/cleaning.md 8).
 * @throws InputError for fewer than 8 pictures or one that cannot be read; Cancelled.
 */
export async function audit(
  lab: Resources,
  folder: string,
  pictures: readonly AuditPicture[],
  { features, settings: set, seed }: { features: FeatureSpec; settings?: Partial<WitnessSettings>; seed: number },
): Promise<Audit> {
  if (pictures.length < FEWEST_IMAGES) {
    throw new InputError(
      `${folder} holds ${pictures.length} images, too few to compare`,
      `Give ${FEWEST_IMAGES} or more`,
    );
  }
  const settings = witnessSettings({ ...set, judges: 'isolation' });
  const reader = await featureReader(lab, await withSpans(lab, features, pictures));
  const inspection = await inspectTraining(lab, reader, pictures, settings, createRandom(seed));
  const decision = decisionOf(inspection.verdict, 0);
  return {
    folder,
    images: ranked(pictures, inspection, settings),
    share: decision.share,
    interval: decision.interval,
    suspected: decision.suspects.length,
    summary: decisionNote(decision),
    settings,
    grid: patchGrid(features).side,
    preprocessing: features.preprocessing,
  };
}

function ranked(
  pictures: readonly AuditPicture[],
  { patches, groups, others, verdict }: Inspection,
  settings: WitnessSettings,
): AuditedImage[] {
  const { positions } = patches;
  const [{ judged, cut: doubtedFrom, median, deviation, deviations, pValues }] = verdict.opinions;
  // What stands out is shown, be it doubted or not.
  const cut = Math.min(doubtedFrom, Math.exp(median + (settings.level + settings.margin) * deviation));
  const m = others!.patches.length / patches.count;
  const order = [...pictures.keys()].sort((a, b) => deviations[b] - deviations[a] || a - b);
  const nearest = (patch: number): AuditedImage['nearest'] => {
    const found = [...others!.patches.subarray(patch * m, (patch + 1) * m)].filter((other) => other >= 0);
    const clean = found.find((other) => verdict.suspected[Math.floor(other / positions)] === 0) ?? found[0];
    if (clean === undefined) return null;
    const image = Math.floor(clean / positions);
    const { name, path } = pictures[image];
    return { name, path, patch: clean % positions, suspected: verdict.suspected[image] === 1 };
  };
  return order.map((image, place) => {
    const own = judged.subarray(image * positions, (image + 1) * positions);
    const byJudgement = [...own.keys()].sort((a, b) => own[b] - own[a] || a - b);
    const above = byJudgement.filter((position) => own[position] > cut);
    const [worst] = byJudgement;
    return {
      ...pictures[image],
      rank: place + 1,
      deviations: deviations[image],
      pValue: pValues[image],
      suspected: verdict.suspected[image] === 1,
      isolation: own[worst],
      worst,
      spots: (above.length > 0 ? above : byJudgement.slice(0, AT_LEAST)).sort((a, b) => a - b),
      nearest: nearest(image * positions + worst),
      copies: pictures.filter((_, other) => other !== image && groups[other] === groups[image]).map(({ name }) => name),
    };
  });
}
