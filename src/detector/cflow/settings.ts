import { z } from 'zod';
import type { Settings } from '../system.js';

/** Switches of CFLOW (docs/methods.md 6.2). */
export type CflowSettings = {
  /** Coupling blocks of each layer's flow. */
  blocks: number;
  /** How a block mixes its channels: a fixed random permutation (anomalib) or rotation (cflow-ad). */
  mixing: 'permutation' | 'rotation';
  /** Vectors of a step. */
  fibre: number;
  /** Images whose vectors are shuffled together. */
  images: number;
  /** Leave out a last batch of fewer images. */
  dropLast: boolean;
  epochs: number;
  /** Passes over the images in an epoch (cflow-ad's sub epochs). */
  passes: number;
  learningRate: number;
  schedule: 'constant' | 'cosine';
  augmentation: 'none' | 'rotation';
  /** Stop after so many epochs without a better pixel AUROC on the test set, where one is at hand; null: never. */
  patience: number | null;
  /** Also report the best epoch of each metric on the test set, as cflow-ad does. */
  oracle: boolean;
};

export const cflowSchema: z.ZodType<CflowSettings> = z.object({
  blocks: z.number().int().min(1),
  mixing: z.enum(['permutation', 'rotation']),
  fibre: z.number().int().min(1),
  images: z.number().int().min(1),
  dropLast: z.boolean(),
  epochs: z.number().int().min(1),
  passes: z.number().int().min(1),
  learningRate: z.number().gt(0),
  schedule: z.enum(['constant', 'cosine']),
  augmentation: z.enum(['none', 'rotation']),
  patience: z.number().int().min(1).nullable(),
  oracle: z.boolean(),
}) satisfies z.ZodType<Settings>;

const ANOMALIB: CflowSettings = {
  blocks: 8,
  mixing: 'permutation',
  fibre: 64,
  images: 16,
  dropLast: false,
  epochs: 50,
  passes: 1,
  learningRate: 1e-4,
  schedule: 'constant',
  augmentation: 'none',
  patience: 2,
  oracle: false,
};

/**
 * `anomalib-2022`: most likely behind the paper's numbers. `cflow-ad`: the authors' script (its network pads by
 * reflection, ours by zeros; its rotation fills with black, ours with the mean colour). `small`: ours, for a CPU.
 */
export const CFLOW_PROFILES: Readonly<Record<string, CflowSettings>> = {
  'anomalib-2022': ANOMALIB,
  'cflow-ad': {
    ...ANOMALIB,
    mixing: 'rotation',
    fibre: 256,
    images: 32,
    dropLast: true,
    epochs: 25,
    passes: 8,
    learningRate: 2e-4,
    schedule: 'cosine',
    augmentation: 'rotation',
    patience: null,
  },
  small: { ...ANOMALIB, blocks: 4, fibre: 256, images: 32, epochs: 2, learningRate: 1e-3, patience: null },
};

/**
 * Learning rate of image batch `batch` (of `batches` a pass) in pass `pass` of epoch `epoch`, all from 0. Cosine: η_min +
 * (lr − η_min)(1 + cos πe/E)/2 with η_min = lr/1000, the first two epochs rising linearly from lr/10 to the value at e = 2.
 */
export function learningRate(
  { schedule, learningRate: rate, epochs, passes }: CflowSettings,
  epoch: number,
  pass: number,
  batch: number,
  batches: number,
): number {
  if (schedule === 'constant') return rate;
  const least = rate * 1e-3;
  const cosine = (e: number): number => least + ((rate - least) * (1 + Math.cos((Math.PI * e) / epochs))) / 2;
  if (epoch >= 2) return cosine(epoch);
  const done = (epoch * passes + pass) * batches + batch;
  return rate / 10 + (done / (2 * passes * batches)) * (cosine(2) - rate / 10);
}
