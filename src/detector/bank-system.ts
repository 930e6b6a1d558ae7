import type { Resources } from '../engine/resources.js';
import { InputError } from '../errors.js';
import { DINOV2S } from '../features/dinov2.js';
import { patchGrid } from '../features/layers.js';
import type { FeatureReader } from '../features/reader.js';
import type { ImageRequest } from '../features/spec.js';
import { PATCHCORE_PREPROCESSING } from '../image/preprocess.js';
import { sharedFloats, toShared } from '../kernels/arena.js';
import { ranges } from '../kernels/threads.js';
import type { Watch } from '../progress.js';
import { contentKey, hashBytes } from '../storage/cache.js';
import { floatsFromHalves, halvesFromFloats } from '../storage/half.js';
import { oneAhead } from './ahead.js';
import type { LazyBank, MemoryBank } from './bank.js';
import { bankCost } from './bank-cost.js';
import { bankToGraph } from './bank-onnx.js';
import { type BankConfig, type BankMethod, bankConfig, checkBankConfig, PROFILES, type Profile } from './config.js';
import { type FitTrace, fitBank } from './fit-bank.js';
import { imageScores } from './image-scores.js';
import { imageSearch } from './image-search.js';
import { leaveOutScores } from './leave-out.js';
import { anomalyMaps } from './maps.js';
import { type BatchScores, reweightedSearch } from './reweighted-search.js';
import { patchScores } from './score.js';
import { checkProfile } from './settings.js';
import type { Fitted, ReadingChoice, ReadingDefaults, Settings, System, Tensors } from './system.js';

/** A fitted memory bank, with what diagnostics and figures look at. */
export interface FittedBank extends Fitted {
  bank: LazyBank;
  /** Null for a bank restored from a file. */
  trace: FitTrace | null;
}

export function isBank(fitted: Fitted): fitted is FittedBank {
  return 'bank' in fitted;
}

/** Test images embedded at a time: bounds memory, keeps every thread busy. */
const BATCH = 32;

/**
 * Layers 2 and 3, of DINOv2 the last block. The usual resnet50v2 file ends with stage 3, so its third stage could be read only as a plain sum
 * (`layer3.raw`), which is worse than leaving it out: on `screw`, PatchCore at ρ = 0.01, image AUROC .890 against .957.
 */
export function bankLayers(backbone: string): string[] {
  if (DINOV2S.includes(backbone)) return ['block12'];
  return backbone === 'resnet50v2' ? ['layer2'] : ['layer2', 'layer3'];
}

/** What systems read that work on PatchCore's patches whatever their profile. */
export function patchcoreReading(
  _profile: string,
  { backbone = 'resnet18', layers = bankLayers(backbone) }: ReadingChoice = {},
): ReadingDefaults {
  return { backbone, layers, preprocessing: PATCHCORE_PREPROCESSING };
}

/** A method of the memory-bank family (docs/methods.md 3 and 4) as a system. */
export function bankSystem(name: BankMethod, about: string): System {
  return {
    name,
    about,
    profiles: PROFILES,
    reading: (profile, chosen = {}) => ({
      ...patchcoreReading(profile, chosen),
      ...bankReading(profile, chosen.settings ?? {}),
    }),
    settings(profile, set) {
      checkProfile(name, PROFILES, profile);
      return bankConfig(name, profile as Profile, set);
    },
    tiles: true,
    streams: (size, settings) => bankCost(size, checkBankConfig(settings)),
    async fit(lab, reader, train, settings, { random, atATime = null, pictures }) {
      const config = checkBankConfig(settings);
      const { threads, reporter, signal } = lab;
      const watch = (): Watch => ({ progress: reporter.stage('train features'), signal });
      const patches = await reader.patches(train, watch, atATime);
      const { bank, trace } = await fitBank(lab, patches, config, random);
      threads.release();
      return {
        ...fittedBank(lab, reader, bank, trace, config, Math.min(BATCH, atATime ?? BATCH)),
        // Scores of another kind than that search's are calibrated by refits.
        ...(ownScores(config)
          ? {}
          : {
              leaveOut: async (images: readonly number[]) =>
                leaveOutScores(lab, patches, await bank.load(), config.neighbours, images, pictures),
            }),
      } satisfies FittedBank;
    },
    addToGraph: (start) => bankToGraph(start, restoredBank(start.tensors), checkBankConfig(start.settings)),
    async restore(lab, reader, tensors, settings) {
      const config = checkBankConfig(settings);
      return fittedBank(lab, reader, searchableBank(tensors), null, config);
    },
  };
}

/** What is read of images for the embedding that a profile or a switch asks for. */
function bankReading(
  profile: string,
  { embedding = profile === 'anomalib' ? 'anomalib' : 'patchcore' }: Settings,
): Pick<ReadingDefaults, 'reading'> {
  if (embedding === 'anomalib') return { reading: { kind: 'concatenation', pool: 3 } };
  return embedding === 'plain' ? { reading: { kind: 'concatenation', pool: 1 } } : {};
}

/** Whether scores are not mean squared distances times weights: {@link leaveOutScores} does not know them. */
export function ownScores({ distance, support = 0 }: BankConfig): boolean {
  return distance === 'root' || support > 0;
}

/** A detector that scores against a bank. @param trace null for a restored one. @param batch images embedded at a time. */
export function fittedBank(
  lab: Resources,
  reader: FeatureReader,
  bank: LazyBank,
  trace: FitTrace | null,
  config: BankConfig,
  batch: number = BATCH,
): FittedBank {
  const { side, positions } = patchGrid(reader.spec);
  const { crop } = reader.spec.preprocessing;
  const search = imageSearch(lab, reader, bank, config.neighbours, positions);
  const reweighted = config.support ? reweightedSearch(lab, reader, bank, config, positions) : null;
  const seconds: Fitted['seconds'] = { denoise: 0, coreset: 0, ...trace?.seconds, search: 0, map: 0 };
  const plainly = async (images: readonly ImageRequest[]): Promise<BatchScores> => {
    const found = await search.search(images, lab.signal);
    const patches = sharedFloats(found.length * positions);
    for (const [i, own] of found.entries()) {
      patches.set(patchScores(own, bank.weights, positions, config.distance), i * positions);
    }
    return { patches, scores: imageScores(patches, positions) };
  };
  const drawn = config.stretch === 'nearest' ? ({ border: 'mirror', stretch: 'nearest' } as const) : {};
  return {
    bank,
    trace,
    seconds,
    async *score(images) {
      const batches = ranges(images.length, batch).map(({ from, to }) => images.slice(from, to));
      for await (const { patches, scores } of oneAhead(batches, reweighted?.score ?? plainly)) {
        seconds.search = search.seconds() + (reweighted?.seconds() ?? 0);
        const begin = performance.now();
        const maps = await anomalyMaps(
          lab.threads,
          patches,
          { grid: side, side: crop, ...drawn },
          { signal: lab.signal },
        );
        seconds.map! += (performance.now() - begin) / 1000;
        for (const [i, map] of maps.entries()) yield { score: scores[i], map };
      }
    },
    tensors: async () => bankTensors(await bank.load(), config),
  };
}

/** A bank as tensors, at the precision its rows are kept in. */
export function bankTensors(
  { rows, picks, weights }: MemoryBank,
  { precision }: Pick<BankConfig, 'precision'>,
): Tensors {
  const count = picks.length;
  const shape = [count, rows.length / count];
  return {
    // Rows of a half-precision bank are halves already, so nothing is lost.
    bank:
      precision === 'half'
        ? { dtype: 'F16', shape, data: halvesFromFloats(rows) }
        : { dtype: 'F32', shape, data: rows },
    picks: { dtype: 'I32', shape: [count], data: picks },
    ...(weights ? { weights: { dtype: 'F32', shape: [count], data: weights } } : {}),
  };
}

/** A restored bank as one to search. @throws InputError as {@link restoredBank}. */
export function searchableBank(tensors: Tensors): LazyBank {
  const bank = restoredBank(tensors);
  return { ...bank, key: contentKey([hashBytes(bank.picks)]), load: async () => bank };
}

/** The bank that {@link bankTensors} saved. @throws InputError when the tensors do not fit together or hold NaN. */
export function restoredBank({ bank, picks, weights }: Tensors): MemoryBank {
  const fix = 'Fit the detector again';
  const rows = bank?.dtype === 'F16' ? floatsFromHalves(bank.data as Uint16Array) : (bank?.data as Float32Array);
  const count = picks?.data.length;
  if (!rows || rows.length !== count * bank.shape[1] || (weights && weights.data.length !== count)) {
    throw new InputError('the memory bank does not fit its list of patches', fix);
  }
  if (!rows.every(Number.isFinite)) throw new InputError('the memory bank holds NaN', fix);
  return {
    rows: toShared(rows),
    picks: picks.data as Int32Array,
    weights: weights ? (weights.data as Float32Array) : null,
  };
}
