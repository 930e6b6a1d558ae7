import type { TrainingImage } from '../dataset/noise.js';
import type { FitTrace } from '../detector/fit-bank.js';
import { moveAffine } from '../image/affine.js';
import type { MaskMode } from '../image/mask.js';
import { MASK } from '../image/masks.js';
import type { Preprocessing } from '../image/preprocess.js';
import type { Threads } from '../kernels/threads.js';

/** How well denoising worked, against what is known of the injected images. Null where it cannot be known. */
export interface Diagnostics {
  /** Share of the coreset's rows that come from noise images. */
  coresetNoiseShare: number | null;
  /** Share of the coreset's rows that are defect patches by mask. */
  coresetDefectShare: number | null;
  /** Share of the noise images' patches that were removed. */
  noisePatchesRemoved: number | null;
  /** Of the removed patches, the share that are defect patches by mask. */
  removalPrecision: number | null;
  /** Of the defect patches by mask, the share that was removed. */
  removalRecall: number | null;
  /** Noise images of which at least one defect patch stands in the coreset. */
  leakedImages: number | null;
  noiseImages: number;
  trainImages: number;
  coresetSize: number;
  patchesRemoved: number;
}

/**
 * Which training patches are defective: those whose own cell of the input (8 × 8 pixels at 224/28) holds a defect pixel.
 * Null when an injected image has no mask.
 */
export async function defectPatches(
  train: readonly TrainingImage[],
  preprocessing: Preprocessing,
  gridSide: number,
  mode: MaskMode,
  threads: Threads,
): Promise<Uint8Array | null> {
  const positions = gridSide * gridSide;
  const { crop } = preprocessing;
  const cell = crop / gridSide;
  const flags = new Uint8Array(train.length * positions);
  const noisy = [...train.entries()].filter(([, { noise }]) => noise);
  if (noisy.some(([, { mask }]) => !mask)) return null;
  const jobs = noisy.map(([, { path, mask }]) => ({ path, mask: mask!, preprocessing, mode }));
  const masks = await threads.each(MASK, jobs);
  for (const [m, [i, { augmentation }]] of noisy.entries()) {
    const pixels = augmentation ? moveAffine(masks[m].data, crop, 1, augmentation) : masks[m].data;
    pixels.forEach((value, at) => {
      const y = Math.floor(Math.floor(at / crop) / cell);
      if (value) flags[i * positions + y * gridSide + Math.floor((at % crop) / cell)] = 1;
    });
  }
  return flags;
}

/** Diagnostics of a fit. @param picks null where there is no coreset. @param defects from {@link defectPatches}. */
export function diagnose(
  train: readonly TrainingImage[],
  positions: number,
  picks: Int32Array | null,
  { kept }: Pick<FitTrace, 'kept'>,
  defects: Uint8Array | null,
): Diagnostics {
  const noisy = train.map(({ noise }) => noise);
  const noiseImages = noisy.filter(Boolean).length;
  const fromNoise = (patch: number): boolean => noisy[Math.floor(patch / positions)];
  const leaked = new Set<number>();
  let noisePicks = 0;
  let defectPicks = 0;
  for (const pick of picks ?? []) {
    if (fromNoise(pick)) noisePicks++;
    if (defects?.[pick]) {
      defectPicks++;
      leaked.add(Math.floor(pick / positions));
    }
  }
  let removed = 0;
  let removedNoise = 0;
  let removedDefects = 0;
  let allDefects = 0;
  for (let patch = 0; patch < train.length * positions; patch++) {
    const defect = defects?.[patch] === 1;
    if (defect) allDefects++;
    if (!kept || kept[patch] === 1) continue;
    removed++;
    if (fromNoise(patch)) removedNoise++;
    if (defect) removedDefects++;
  }
  const share = (part: number, whole: number, known = true): number | null =>
    known && whole > 0 ? part / whole : null;
  const masked = defects !== null && noiseImages > 0;
  return {
    coresetNoiseShare: share(noisePicks, picks?.length ?? 0),
    coresetDefectShare: share(defectPicks, picks?.length ?? 0, masked),
    noisePatchesRemoved: share(removedNoise, noiseImages * positions, kept !== null),
    removalPrecision: share(removedDefects, removed, masked),
    removalRecall: share(removedDefects, allDefects, masked && kept !== null),
    leakedImages: masked && picks ? leaked.size : null,
    noiseImages,
    trainImages: train.length,
    coresetSize: picks?.length ?? 0,
    patchesRemoved: removed,
  };
}
