import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { readOnnx } from '../engine/onnx-file.js';
import { InputError, systemCode } from '../errors.js';
import type { Preprocessing } from '../image/preprocess.js';
import { describeOnnx } from './describe-onnx.js';
import { startRuntime } from './onnx-foreign.js';
import { imageInput, onnxOutputs } from './onnx-network.js';
import type { FeatureSpec } from './spec.js';

/** What a user set of an ONNX backbone. */
export interface OnnxChoice {
  /** Names of values to read, in order; the first one's grid is the patch grid. Default: the file beside it, else all outputs that can be read. */
  layers?: readonly string[];
  /** What the method usually does with images. */
  usual: Preprocessing;
  /** What the user wants otherwise. */
  preprocessing?: Partial<Preprocessing>;
}

const three = z.array(z.number()).length(3);
const FILTERS = ['bilinear', 'bicubic', 'lanczos', 'linear', 'nearest'] as const;
/** The file beside a network: `network.json` for `network.onnx`. */
const besideSchema = z.strictObject({
  mean: three.optional(),
  deviation: three.optional(),
  std: three.optional(),
  side: z.number().int().positive().optional(),
  crop: z.number().int().positive().optional(),
  filter: z.enum(FILTERS).optional(),
  layers: z.array(z.string()).min(1).optional(),
});

/** Whether a backbone's name is that of an ONNX file. */
export function isOnnxFile(backbone: string): boolean {
  return backbone.endsWith('.onnx');
}

/**
 * A network of an ONNX file as the features of a configuration. Preprocessing is what the user set, else what the file beside it
 * says (`network.json`: mean, std, side, crop, filter, layers), else the side it was exported for and the method's usual.
 * @throws InputError naming the file, for each way in which it cannot be read or does not fit.
 */
export async function onnxBackbone(
  path: string,
  { layers: given, usual, preprocessing: set = {} }: OnnxChoice,
): Promise<
  Required<Pick<FeatureSpec, 'backbone' | 'layers' | 'weights' | 'network'>> & { preprocessing: Preprocessing }
> {
  const model = await readOnnx(path);
  const { side: fixed } = imageInput(path, model);
  const { layers: named, ...beside } = await readBeside(path);
  const preprocessing = {
    ...usual,
    ...(fixed !== null && { resize: fixed, crop: fixed }),
    ...beside,
    ...set,
  };
  const { crop } = preprocessing;
  if (fixed !== null && crop !== fixed) {
    throw new InputError(
      `${path} takes images of ${fixed} × ${fixed} px, not ${crop}`,
      `Give --resize ${fixed} --crop ${fixed}, or export it with height and width left open`,
    );
  }
  const wanted = given ?? named;
  const runtime = await startRuntime('onnx');
  const network = await describeOnnx(runtime, path, wanted ?? onnxOutputs(model), crop, { skip: !wanted });
  const layers = network.layers.map(({ layer }) => layer);
  return { backbone: basename(path), layers, weights: { kind: 'file', path }, network, preprocessing };
}

async function readBeside(path: string): Promise<Partial<Preprocessing> & { layers?: string[] }> {
  const file = path.replace(/\.onnx$/, '.json');
  const text = await readFile(file, 'utf8').catch((error) => {
    if (systemCode(error) === 'ENOENT') return null;
    throw new InputError(`cannot read ${file}: ${(error as Error).message}`, 'Check the file beside the network');
  });
  if (text === null) return {};
  const example = '{ "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "side": 256, "crop": 224 }';
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new InputError(`${file} is no JSON`, `Write it as ${example}`);
  }
  const parsed = besideSchema.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InputError(`${file}: ${issue.path.join('.') || 'it'}: ${issue.message}`, `Write it as ${example}`);
  }
  const { mean, std, deviation = std, side, crop = side, filter, layers } = parsed.data;
  return {
    ...(mean && { mean }),
    ...(deviation && { deviation }),
    ...(side && { resize: side }),
    ...(crop && { crop }),
    ...(filter && { filter }),
    ...(layers && { layers }),
  };
}
