import { InputError } from '../errors.js';
import type { Random } from '../random.js';
import { openSafetensors, type SafetensorsFile, type StoredTensor } from '../storage/safetensors.js';
import type { Network, NormNames, Step } from './network.js';

/** Batch norm's ε in both families. */
const EPSILON = 1e-5;

/** Values of one step: a kernel [out × in × k × k] with bias [out], or scale and shift [channels]. */
export interface StepParameters {
  weight?: Float32Array;
  scale?: Float32Array;
  bias: Float32Array;
}

/** Parameters by step output name. */
export type Parameters = ReadonlyMap<string, StepParameters>;

/**
 * Loads a network's parameters from a `.safetensors` file with torchvision (or, for resnet50v2, GluonCV) names. Batch
 * norm may be separate or already folded into `weight` + `bias`; either way it is folded here. Every name and shape is
 * checked; tensors beyond the truncated network are ignored.
 * @param prefix in front of every name. @throws InputError naming file and tensor: missing, wrong shape, NaN or infinite.
 */
export async function loadParameters(network: Network, path: string, prefix = ''): Promise<Parameters> {
  const file = under(await openSafetensors(path), prefix);
  try {
    return await readParameters(network, file);
  } finally {
    await file.close();
  }
}

/**
 * The tensors of a weight file that a network reads, as they are stored, by their names without the prefix: what a self-contained
 * detector keeps. @throws InputError as {@link loadParameters}.
 */
export async function weightTensors(
  network: Network,
  path: string,
  prefix = '',
): Promise<Record<string, StoredTensor>> {
  const file = under(await openSafetensors(path), prefix);
  try {
    const names = new Set<string>();
    const readFloats = (name: string): Promise<Float32Array> => file.readFloats(names.add(name) && name);
    await readParameters(network, { ...file, readFloats });
    const tensors: Record<string, StoredTensor> = {};
    for (const name of names) tensors[name] = await file.read(name);
    return tensors;
  } finally {
    await file.close();
  }
}

/** The tensors of a file whose names begin with the prefix, without it. */
function under(file: SafetensorsFile, prefix: string): SafetensorsFile {
  if (prefix === '') return file;
  return {
    ...file,
    shape: (name) => file.shape(prefix + name),
    read: (name) => file.read(prefix + name),
    readFloats: (name) => file.readFloats(prefix + name),
  };
}

async function readParameters(network: Network, file: SafetensorsFile): Promise<Parameters> {
  const steps = new Map<string, StepParameters>();
  for (const step of network.steps) {
    if (step.op !== 'conv' && step.op !== 'norm') continue;
    const read = (name: string, shape: readonly number[]): Promise<Float32Array> =>
      readChecked(file, network.backbone, name, shape);
    const values =
      step.op === 'conv' ? await readConv(file, step, read) : await readNorm(step.norm, step.channels, read);
    steps.set(step.output, values);
  }
  return steps;
}

type Read = (name: string, shape: readonly number[]) => Promise<Float32Array>;

async function readConv(
  file: SafetensorsFile,
  step: Extract<Step, { op: 'conv' }>,
  read: Read,
): Promise<StepParameters> {
  const { in: from, out } = step.channels;
  const weight = await read(step.weight, [out, from, step.size, step.size]);
  if (!step.norm) return { weight, bias: new Float32Array(out) };
  const folded =
    step.bias !== undefined && file.shape(step.norm.mean) === undefined && file.shape(step.bias) !== undefined;
  if (folded) return { weight, bias: await read(step.bias!, [out]) };
  const { scale, bias } = await readNorm(step.norm, out, read);
  const each = weight.length / out;
  return { weight: weight.map((value, i) => value * scale![Math.floor(i / each)]), bias };
}

async function readNorm(norm: NormNames, channels: number, read: Read): Promise<StepParameters> {
  const mean = await read(norm.mean, [channels]);
  const variance = await read(norm.variance, [channels]);
  const gamma = await read(norm.gamma, [channels]);
  const beta = await read(norm.beta, [channels]);
  const scale = gamma.map((value, c) => value / Math.sqrt(variance[c] + EPSILON));
  return { scale, bias: beta.map((value, c) => value - mean[c] * scale[c]) };
}

async function readChecked(
  file: SafetensorsFile,
  backbone: string,
  name: string,
  shape: readonly number[],
): Promise<Float32Array> {
  const found = file.shape(name);
  const fix = `Use a weight file of ${backbone} with its original tensor names`;
  if (!found) throw new InputError(`${file.path} has no tensor "${name}", which ${backbone} needs`, fix);
  if (found.length !== shape.length || found.some((side, i) => side !== shape[i])) {
    throw new InputError(`${file.path}: tensor "${name}" is [${found}], ${backbone} needs [${shape}]`, fix);
  }
  const values = await file.readFloats(name);
  if (!values.every(Number.isFinite)) {
    throw new InputError(`${file.path}: tensor "${name}" holds NaN or infinity`, 'Download the weights again');
  }
  return values;
}

/**
 * Seeded random parameters (He initialisation, batch norm as identity), for tests and demonstrations without weights.
 * The last convolution of a block is scaled down so that sums of blocks keep their magnitude.
 */
export function randomParameters(network: Network, random: Random): Parameters {
  const steps = new Map<string, StepParameters>();
  for (const step of network.steps) {
    if (step.op === 'norm') {
      steps.set(step.output, { scale: new Float32Array(step.channels).fill(1), bias: new Float32Array(step.channels) });
    } else if (step.op === 'conv') {
      const { in: from, out } = step.channels;
      const deviation = Math.sqrt((step.relu ? 2 : 0.5) / (from * step.size ** 2));
      const weight = Float32Array.from({ length: out * from * step.size ** 2 }, () => random.normal() * deviation);
      steps.set(step.output, { weight, bias: new Float32Array(out) });
    }
  }
  return steps;
}
