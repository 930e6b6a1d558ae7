import { z } from 'zod';
import { ENGINE_CHOICES, type Engine } from '../engine/names.js';
import { InputError } from '../errors.js';
import { nativeNetwork } from '../features/native-network.js';
import { NETWORK_TENSOR, networkTensor } from '../features/onnx-network.js';
import { weightTensors } from '../features/parameters.js';
import type { FeatureSpec, WeightSource } from '../features/spec.js';
import { openSafetensors, writeSafetensors } from '../storage/safetensors.js';
import type { Calibration } from './calibration.js';
import type { Settings, Tensors } from './system.js';

/** Format of a saved detector; a file of another one is refused. */
export const MODEL_FORMAT = 'softpatch-lab/detector';
export const MODEL_VERSION = 4;
/** Of detectors whose network computes in int8, which programs that do not know of it must not read. */
const INT8_VERSION = 5;

/** A fitted detector: everything needed to score an image but the backbone's weights, which are named by hash. */
export interface Detector {
  name: string;
  method: string;
  profile: string;
  features: FeatureSpec;
  weightsSha256: string;
  /** What computed it; others agree to rounding. */
  engine: Engine;
  settings: Settings;
  /** Training images that image-level denoising dropped. */
  dropped: string[];
  /** What the method fitted. */
  tensors: Tensors;
  /** Image score above which an image counts as anomalous. */
  decisionThreshold: number;
  /** The scores it was chosen by. */
  calibration: Calibration;
}

const featuresSchema: z.ZodType<FeatureSpec> = z.object({
  backbone: z.string(),
  layers: z.array(z.string()),
  weights: z.union([
    z.object({
      kind: z.literal('file'),
      path: z.string(),
      within: z.object({ prefix: z.string(), sha256: z.string() }).optional(),
    }),
    z.object({ kind: z.literal('random'), seed: z.number().int() }),
  ]),
  preprocessing: z.object({
    resize: z.number().int().positive(),
    crop: z.number().int().positive(),
    filter: z.enum(['bilinear', 'bicubic', 'lanczos', 'linear', 'nearest']),
    square: z.boolean().optional(),
    pad: z.boolean().optional(),
    window: z.tuple([z.number(), z.number()]).optional(),
    mean: z.array(z.number()).length(3).optional(),
    deviation: z.array(z.number()).length(3).optional(),
    tile: z.object({ overlap: z.number().int().min(0) }).optional(),
  }),
  network: z
    .object({
      layers: z.array(
        z.object({
          layer: z.string(),
          form: z.enum(['channels-first', 'channels-last', 'tokens']),
          channels: z.number().int().min(1),
          side: z.number().int().min(1),
          others: z.number().int().min(0),
        }),
      ),
    })
    .optional(),
  reading: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('embedding') }),
      z.object({ kind: z.literal('concatenation'), pool: z.union([z.literal(1), z.literal(3)]) }),
      z.object({ kind: z.literal('maps'), channels: z.array(z.number().int()).nullable() }),
    ])
    .optional(),
  precision: z.enum(['single', 'int8']).optional(),
  spans: z.record(z.string(), z.tuple([z.number(), z.number()])).optional(),
});

const headerSchema = z.object({
  name: z.string(),
  method: z.string(),
  profile: z.string(),
  features: featuresSchema,
  weightsSha256: z.string(),
  engine: z.enum(ENGINE_CHOICES.filter((name): name is Engine => name !== 'auto' && name !== 'onnx:cpu')),
  settings: z.record(z.string(), z.unknown()),
  dropped: z.array(z.string()),
  decisionThreshold: z.number(),
  calibration: z.object({
    how: z.enum(['leave-one-out', 'refit', 'held-out', 'in-sample']),
    falseAlarms: z.number().gt(0).lt(1).nullable(),
    scores: z.array(z.number()).min(1),
    assumedDefective: z.number().int().min(0),
    defects: z.array(z.number()),
  }),
}) satisfies z.ZodType;

const versionOf = ({ features }: Detector): number => (features.precision === 'int8' ? INT8_VERSION : MODEL_VERSION);

/** In front of the names of the backbone's weights in a self-contained detector. */
const WEIGHTS_PREFIX = 'backbone/';

/**
 * Saves a detector atomically as `.safetensors` with its configuration in the metadata.
 * @param selfContained whether the weights that the network needs go into the file; one that was loaded from such a file stays so.
 * @throws InputError when the weights cannot be read or the file cannot be written.
 */
export async function saveDetector(
  path: string,
  detector: Detector,
  { selfContained = false }: { selfContained?: boolean } = {},
): Promise<void> {
  const own = await packedWeights(detector, selfContained);
  const { tensors: fitted, ...header } = { ...detector, features: { ...detector.features, weights: own.source } };
  const tensors = { ...fitted, ...own.tensors };
  const version = String(versionOf(detector));
  const metadata = { format: MODEL_FORMAT, version, config: JSON.stringify(header) };
  await writeSafetensors(path, tensors, metadata);
}

async function packedWeights(
  { features, weightsSha256: sha256 }: Detector,
  selfContained: boolean,
): Promise<{ source: WeightSource; tensors: Tensors }> {
  const { weights, backbone, layers, network, preprocessing } = features;
  if (weights.kind === 'random' || !(selfContained || weights.within)) return { source: weights, tensors: {} };
  const found = network
    ? { [NETWORK_TENSOR]: await networkTensor(weights, layers) }
    : await weightTensors(nativeNetwork(backbone, layers, preprocessing.crop), weights.path, weights.within?.prefix);
  const named = Object.entries(found).map(([name, tensor]) => [WEIGHTS_PREFIX + name, tensor]);
  return {
    source: { kind: 'file', path: weights.path, within: { prefix: WEIGHTS_PREFIX, sha256 } },
    tensors: Object.fromEntries(named),
  };
}

/**
 * Loads a detector.
 * @throws InputError with the reason: not a detector, another version, a damaged configuration, NaN.
 */
export async function loadDetector(path: string): Promise<Detector> {
  const file = await openSafetensors(path);
  try {
    const { format, version, config } = file.metadata;
    if (format !== MODEL_FORMAT)
      throw new InputError(`${path} is no saved detector`, 'Give a file made by softpatch fit');
    if (version !== String(MODEL_VERSION) && version !== String(INT8_VERSION)) {
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
    const { weights } = header.features;
    const within = weights.kind === 'file' ? weights.within : undefined;
    // The file may have been moved or renamed since.
    const features = within ? { ...header.features, weights: { ...weights, path } as WeightSource } : header.features;
    const tensors: Tensors = {};
    for (const name of file.names.filter((own) => !within || !own.startsWith(within.prefix))) {
      const tensor = await file.read(name);
      if (tensor.data instanceof Float32Array && !tensor.data.every(Number.isFinite)) {
        throw new InputError(`tensor "${name}" in ${path} holds NaN`, 'Fit the detector again');
      }
      tensors[name] = tensor;
    }
    return { ...header, features, tensors };
  } finally {
    await file.close();
  }
}
