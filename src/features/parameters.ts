import { InputError } from '../errors.js';
import type { Random } from '../random.js';
import { openSafetensors, type SafetensorsFile, type StoredTensor } from '../storage/safetensors.js';
import type { Network, NormNames, Step } from './network.js';
import { interpolatePositions } from './position-embedding.js';

/** Batch norm's ε in both families. */
const EPSILON = 1e-5;

/**
 * Values of one step: a kernel [out × in × k × k] or matrix [out × in] with bias [out], or scale and shift [channels]; of tokens also
 * those in front [others × channels] and the grid's positions [grid² × channels].
 */
export interface StepParameters {
  weight?: Float32Array;
  scale?: Float32Array;
  bias: Float32Array;
  others?: Float32Array;
  positions?: Float32Array;
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
    const read = (name: string, shape: readonly number[]): Promise<Float32Array> =>
      readChecked(file, network.backbone, name, shape);
    if (step.op === 'conv') steps.set(step.output, await readConv(file, step, read));
    if (step.op === 'norm') steps.set(step.output, await readNorm(step.norm, step.channels, read));
    if (step.op === 'tokens') steps.set(step.output, await readTokens(file, step, read));
    if (step.op === 'layernorm') {
      const [scale, bias] = [await read(step.weight, [step.channels]), await read(step.bias, [step.channels])];
      steps.set(step.output, { scale, bias });
    }
    if (step.op === 'linear') steps.set(step.output, await readLinear(step, read));
  }
  return steps;
}

type Of<Op extends Step['op']> = Extract<Step, { op: Op }>;
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

async function readLinear({ weight, bias, scale, channels }: Of<'linear'>, read: Read): Promise<StepParameters> {
  const { in: from, out } = channels;
  const own = { weight: await read(weight, [out, from]), bias: await read(bias, [out]) };
  if (scale === undefined) return own;
  const factors = await read(scale, [out]);
  return {
    weight: own.weight.map((value, i) => value * factors[Math.floor(i / from)]),
    bias: own.bias.map((value, i) => value * factors[i]),
  };
}

/**
 * The authors' names or timm's. Positions have one for the class token in front, except in timm's files with registers, where it is
 * part of the class token already.
 */
async function readTokens(file: SafetensorsFile, step: Of<'tokens'>, read: Read): Promise<StepParameters> {
  const { channels, patch, registers, grid } = step;
  const weight = await read('patch_embed.proj.weight', [channels, 3, patch, patch]);
  const bias = await read('patch_embed.proj.bias', [channels]);
  const others = new Float32Array((1 + registers) * channels);
  others.set(await read('cls_token', [1, 1, channels]));
  if (registers > 0) {
    const name = file.shape('reg_token') ? 'reg_token' : 'register_tokens';
    others.set(await read(name, [1, registers, channels]), channels);
  }
  const [, stored = 0] = file.shape('pos_embed') ?? [];
  const from = Math.floor(Math.sqrt(stored));
  const before = stored - from * from;
  // A shape that is neither is refused by name.
  const all = await read('pos_embed', [1, from * from + (before === 0 ? 0 : 1), channels]);
  if (before === 1) for (let c = 0; c < channels; c++) others[c] += all[c];
  const kind = registers > 0 ? 'antialias' : 'offset';
  const positions = interpolatePositions(all.subarray(before * channels), [from, grid], channels, kind);
  return { weight, bias, others, positions };
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
    } else if (step.op === 'tokens') {
      steps.set(step.output, randomTokens(step, random));
    } else if (step.op === 'layernorm') {
      steps.set(step.output, { scale: new Float32Array(step.channels).fill(1), bias: new Float32Array(step.channels) });
    } else if (step.op === 'linear') {
      const { in: from, out } = step.channels;
      const deviation = Math.sqrt((step.scale === undefined ? 1 : 0.5) / from);
      steps.set(step.output, { weight: normals(out * from, deviation, random), bias: new Float32Array(out) });
    }
  }
  return steps;
}

function randomTokens({ channels, patch, registers, grid }: Of<'tokens'>, random: Random): StepParameters {
  return {
    weight: normals(channels * 3 * patch * patch, Math.sqrt(1 / (3 * patch * patch)), random),
    bias: new Float32Array(channels),
    others: normals((1 + registers) * channels, 0.5, random),
    positions: normals(grid * grid * channels, 0.1, random),
  };
}

function normals(length: number, deviation: number, random: Random): Float32Array {
  return Float32Array.from({ length }, () => random.normal() * deviation);
}
