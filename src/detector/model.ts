import { z } from 'zod';
import { InputError } from '../errors.js';
import { EMBEDDING_DIMENSIONS } from '../features/embedding.js';
import type { FeatureSpec } from '../features/spec.js';
import { toShared } from '../kernels/arena.js';
import { halvesFromFloats } from '../storage/half.js';
import { openSafetensors, writeSafetensors } from '../storage/safetensors.js';
import type { MemoryBank } from './bank.js';
import { type BankConfig, bankSchema } from './config.js';

/** Format of a saved detector; a file of another one is refused. */
export const MODEL_FORMAT = 'softpatch-lab/detector';
export const MODEL_VERSION = 1;

/** A fitted detector: everything needed to score an image but the backbone's weights, which are named by hash. */
export interface Detector {
  name: string;
  method: string;
  features: FeatureSpec;
  weightsSha256: string;
  config: BankConfig;
  bank: MemoryBank;
  /** Image score from which an image counts as anomalous. */
  threshold: number;
}

const featuresSchema: z.ZodType<FeatureSpec> = z.object({
  backbone: z.string(),
  layers: z.array(z.string()),
  weights: z.union([
    z.object({ kind: z.literal('file'), path: z.string() }),
    z.object({ kind: z.literal('random'), seed: z.number().int() }),
  ]),
  preprocessing: z.object({
    resize: z.number().int().positive(),
    crop: z.number().int().positive(),
    filter: z.enum(['bilinear', 'bicubic', 'lanczos', 'nearest']),
  }),
  executor: z.enum(['auto', 'onnx', 'tfjs']),
});

const headerSchema = z.object({
  name: z.string(),
  method: z.string(),
  features: featuresSchema,
  weightsSha256: z.string(),
  config: bankSchema,
  threshold: z.number(),
}) satisfies z.ZodType;

/** Saves a detector atomically as `.safetensors` with its configuration in the metadata. */
export async function saveDetector(path: string, detector: Detector): Promise<void> {
  const { bank, ...header } = detector;
  const count = bank.picks.length;
  // Rows of a half-precision bank are halves already, so nothing is lost.
  const half = header.config.precision === 'half';
  await writeSafetensors(
    path,
    {
      bank: half
        ? { dtype: 'F16', shape: [count, EMBEDDING_DIMENSIONS], data: halvesFromFloats(bank.rows) }
        : { dtype: 'F32', shape: [count, EMBEDDING_DIMENSIONS], data: bank.rows },
      picks: { dtype: 'I32', shape: [count], data: bank.picks },
      ...(bank.weights ? { weights: { dtype: 'F32', shape: [count], data: bank.weights } } : {}),
    },
    { format: MODEL_FORMAT, version: String(MODEL_VERSION), config: JSON.stringify(header) },
  );
}

/**
 * Loads a detector.
 * @throws InputError with the reason: not a detector, another version, damaged configuration or bank.
 */
export async function loadDetector(path: string): Promise<Detector> {
  const file = await openSafetensors(path);
  try {
    const { format, version, config } = file.metadata;
    if (format !== MODEL_FORMAT)
      throw new InputError(`${path} is no saved detector`, 'Give a file made by softpatch fit');
    if (version !== String(MODEL_VERSION)) {
      throw new InputError(
        `${path} was saved as version ${version}, this program reads ${MODEL_VERSION}`,
        'Fit it again',
      );
    }
    let header: z.infer<typeof headerSchema>;
    try {
      header = headerSchema.parse(JSON.parse(config));
    } catch {
      throw new InputError(`the configuration in ${path} is damaged`, 'Fit the detector again');
    }
    const rows = await file.readFloats('bank');
    const picks = (await file.read('picks')).data as Int32Array;
    const weights = file.shape('weights') ? await file.readFloats('weights') : null;
    if (rows.length !== picks.length * EMBEDDING_DIMENSIONS || (weights && weights.length !== picks.length)) {
      throw new InputError(`the memory bank in ${path} does not fit its list of patches`, 'Fit the detector again');
    }
    if (!rows.every(Number.isFinite))
      throw new InputError(`the memory bank in ${path} holds NaN`, 'Fit the detector again');
    return { ...header, bank: { rows: toShared(rows), picks, weights } };
  } finally {
    await file.close();
  }
}
