import { create } from '@bufbuild/protobuf';
import { cutOnnx, inlineExternal, type OnnxModel, onnxBytes, parseOnnx, readOnnx } from '../engine/onnx-file.js';
import { type Side, valueInfo } from '../engine/onnx-graph.js';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  NodeProtoSchema,
  type ValueInfoProto,
} from '../engine/onnx-schema.js';
import { InputError } from '../errors.js';
import { openSafetensors, type StoredTensor } from '../storage/safetensors.js';
import type { WeightSource } from './spec.js';

/** Name of the image input and of the wanted layers in a prepared network. */
export const ONNX_IMAGE = 'softpatch:image';
export const onnxLayer = (index: number): string => `softpatch:layer ${index}`;

/** Where an ONNX network lies: a file of its own, or a detector's. */
export type OnnxFile = Extract<WeightSource, { kind: 'file' }>;

const INSPECT = 'softpatch backbone inspect lists what it has';

/** The image input that an ONNX network declares. */
export interface OnnxInput {
  name: string;
  half: boolean;
  /** Rows and columns it takes; null where any. */
  side: number | null;
}

/**
 * The one image input of a network. @throws InputError unless it takes [n × 3 × h × w] floats, n of any size or 1.
 */
export function imageInput(path: string, { graph }: OnnxModel): OnnxInput {
  const constant = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !constant.has(name));
  const wanted = 'Export a network that takes images [n × 3 × h × w] alone';
  if (inputs.length !== 1) {
    const names = inputs.map(({ name }) => name).join(', ');
    throw new InputError(`${path} has ${inputs.length} inputs${names && ` (${names})`}, not one for images`, wanted);
  }
  const [{ name }] = inputs;
  const { type, shape } = declared(inputs[0]);
  if (type !== DataType.FLOAT && type !== DataType.FLOAT16) {
    throw new InputError(
      `${path}: its input "${name}" takes ${DataType[type] ?? 'unknown'} values, not floats`,
      wanted,
    );
  }
  if (shape === undefined) return { name, half: type === DataType.FLOAT16, side: null };
  const shown = shape.join(' × ');
  const [batch, channels, height, width] = shape;
  if (shape.length !== 4 || (typeof channels === 'number' && channels !== 3)) {
    throw new InputError(`${path}: its input "${name}" is [${shown}], not [n × 3 × h × w]`, wanted);
  }
  if (typeof channels !== 'number') {
    throw new InputError(
      `${path}: its input "${name}" is [${shown}], its channels left open`,
      'Export it with 3 channels fixed',
    );
  }
  if (typeof batch === 'number' && batch !== 1) {
    throw new InputError(
      `${path} takes ${batch} images at a time`,
      'Export it for 1 image, or with the batch left open',
    );
  }
  if (typeof height === 'number' && typeof width === 'number' && height !== width) {
    throw new InputError(
      `${path} takes images of ${width} × ${height} px, and only square ones are cut`,
      'Export it for squares',
    );
  }
  const side = [height, width].find((own) => typeof own === 'number') as number | undefined;
  return { name, half: type === DataType.FLOAT16, side: side ?? null };
}

function declared({ type }: ValueInfoProto): { type: DataType; shape: Side[] | undefined } {
  if (type?.value.case !== 'tensorType') return { type: DataType.UNDEFINED, shape: undefined };
  const { elemType, shape } = type.value.value;
  const sides = shape?.dim.map(
    ({ value }): Side =>
      value.case === 'dimValue' && value.value > 0n
        ? Number(value.value)
        : value.case === 'dimParam'
          ? value.value
          : '?',
  );
  return { type: elemType as DataType, shape: sides };
}

/**
 * An ONNX network that takes `softpatch:image` and gives the wanted values as floats, all that they do not need cut away and its
 * constants taken in: what a session starts from, or a graph takes in.
 * @param layers names of values. @throws InputError naming the file: unreadable, no such value, no image input.
 */
export async function prepareOnnx(file: OnnxFile, layers: readonly string[]): Promise<OnnxModel> {
  const model = await cutTo(file, layers);
  giveOnly(file.path, model, layers);
  return model;
}

/** An ONNX network without what the layers do not need and with all its constants, its inputs and outputs as they are. */
export async function cutTo({ path, within }: OnnxFile, layers: readonly string[]): Promise<OnnxModel> {
  const model = within ? parseOnnx(path, await storedNetwork(path, within.prefix)) : await readOnnx(path);
  checkLayers(path, model, layers);
  cutOnnx(model, layers);
  await inlineExternal(path, model);
  return model;
}

/** Name of the tensor of a self-contained detector that holds its network's bytes, behind the prefix. */
export const NETWORK_TENSOR = 'network.onnx';

/** The network, cut to the layers, as a self-contained detector keeps it. */
export async function networkTensor(file: OnnxFile, layers: readonly string[]): Promise<StoredTensor> {
  const data = onnxBytes(await cutTo(file, layers));
  return { dtype: 'U8', shape: [data.length], data };
}

async function storedNetwork(path: string, prefix: string): Promise<Uint8Array> {
  const file = await openSafetensors(path);
  try {
    return (await file.read(prefix + NETWORK_TENSOR)).data as Uint8Array;
  } finally {
    await file.close();
  }
}

/** Makes the image the only input, in single precision, and the layers the only outputs. */
export function giveOnly(path: string, model: OnnxModel, layers: readonly string[]): void {
  const { graph } = model;
  const { name, half } = imageInput(path, model);
  // Casts from and to the same type are no work, and half-precision networks take and give singles too.
  graph.node.unshift(cast(ONNX_IMAGE, name, half ? DataType.FLOAT16 : DataType.FLOAT));
  graph.node.push(...layers.map((layer, i) => cast(layer, onnxLayer(i), DataType.FLOAT)));
  graph.input = [valueInfo(ONNX_IMAGE, undefined, 'float')];
  graph.output = layers.map((_, i) => valueInfo(onnxLayer(i), undefined, 'float'));
}

const cast = (from: string, to: string, type: DataType): ReturnType<typeof create<typeof NodeProtoSchema>> =>
  create(NodeProtoSchema, {
    opType: 'Cast',
    input: [from],
    output: [to],
    attribute: [create(AttributeProtoSchema, { name: 'to', type: AttributeType.INT, i: BigInt(type) })],
  });

function checkLayers(path: string, { graph }: OnnxModel, layers: readonly string[]): void {
  if (layers.length === 0)
    throw new InputError(`no layer of ${path} was asked for`, `Name some with --layers; ${INSPECT}`);
  const known = new Set(graph.node.flatMap(({ output }) => output));
  const missing = layers.find((layer) => !known.has(layer));
  if (missing === undefined) return;
  const outputs = graph.output
    .map(({ name }) => name)
    .slice(0, 8)
    .join(', ');
  throw new InputError(
    `${path} has no value "${missing}"; its outputs are ${outputs}`,
    `Name others with --layers; ${INSPECT}`,
  );
}

/** Names of the values that a network gives by itself. */
export const onnxOutputs = ({ graph }: OnnxModel): string[] => graph.output.map(({ name }) => name);

/** The bytes a session starts from. */
export const preparedBytes = async (file: OnnxFile, layers: readonly string[]): Promise<Uint8Array> =>
  onnxBytes(await prepareOnnx(file, layers));
