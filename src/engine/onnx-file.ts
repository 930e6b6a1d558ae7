import { open, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { InputError, unreadableFile, whyUnreadable } from '../errors.js';
import {
  type AttributeProto,
  TensorProto_DataLocation as DataLocation,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
} from './onnx-schema.js';

/** An ONNX model in memory, its graph there for sure. */
export type OnnxModel = ModelProto & { graph: GraphProto };

const FORMAT_FIX = 'Give a network in ONNX format, such as torch.onnx.export writes';

/**
 * Reads an ONNX file; tensors that it keeps in other files stay there.
 * @throws InputError naming the file: not there, no ONNX model, damaged.
 */
export async function readOnnx(path: string): Promise<OnnxModel> {
  const bytes = await readFile(path).catch((error: Error) => {
    throw unreadableFile('the network', path, error);
  });
  return parseOnnx(path, bytes);
}

/** The bytes of an ONNX file as a model. @param path for messages. @throws InputError naming the file. */
export function parseOnnx(path: string, bytes: Uint8Array): OnnxModel {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw new InputError(`${path} is no ONNX model or is damaged (${(error as Error).message})`, FORMAT_FIX);
  }
  if (!model.graph || model.graph.node.length === 0) {
    throw new InputError(`${path} is no ONNX model: there is no network in it`, FORMAT_FIX);
  }
  return model as OnnxModel;
}

/** The bytes of a model. */
export function onnxBytes(model: ModelProto): Uint8Array {
  return toBinary(ModelProtoSchema, model);
}

/** The model's version of the standard operators. */
export function opsetOf({ opsetImport }: ModelProto): number {
  return Number(opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 1n);
}

/** Every constant of a graph, those of graphs inside its nodes too. */
function* constants(graph: GraphProto): Generator<TensorProto, void, undefined> {
  yield* graph.initializer;
  for (const { attribute } of graph.node) {
    for (const { t, tensors, g, graphs } of attribute) {
      if (t) yield t;
      yield* tensors;
      for (const inner of g ? [g, ...graphs] : graphs) yield* constants(inner);
    }
  }
}

/** Paths of the files beside a model in which it keeps constants, sorted. @throws InputError for one outside its folder. */
export function externalFiles(path: string, { graph }: OnnxModel): string[] {
  const found = new Set<string>();
  for (const tensor of constants(graph)) {
    if (tensor.dataLocation === DataLocation.EXTERNAL) found.add(externalPlace(path, tensor).file);
  }
  return [...found].sort();
}

function externalPlace(
  path: string,
  { name, externalData }: TensorProto,
): { file: string; from: number; length?: number } {
  const entry = (key: string): string | undefined => externalData.find((own) => own.key === key)?.value;
  const location = entry('location') ?? '';
  const folder = dirname(path);
  const file = join(folder, location);
  if (location === '' || isAbsolute(location) || relative(folder, file).startsWith('..')) {
    throw new InputError(
      `${path} keeps "${name}" in "${location}", which is not beside it`,
      'Export the network into one folder, or into one file',
    );
  }
  const length = entry('length');
  return { file, from: Number(entry('offset') ?? 0), length: length === undefined ? undefined : Number(length) };
}

/**
 * Takes constants that a model keeps in files beside it into the model, in place: it can then start from memory.
 * @throws InputError for a file that is missing or too short.
 */
export async function inlineExternal(path: string, { graph }: OnnxModel): Promise<void> {
  for (const tensor of constants(graph)) {
    if (tensor.dataLocation !== DataLocation.EXTERNAL) continue;
    const { file, from, length } = externalPlace(path, tensor);
    tensor.rawData = await readPart(path, file, from, length);
    tensor.externalData = [];
    tensor.dataLocation = DataLocation.DEFAULT;
  }
}

async function readPart(path: string, file: string, from: number, length?: number): Promise<Uint8Array> {
  const opened = await open(file).catch((error: Error) => {
    throw new InputError(
      `${path} keeps its weights in ${file}, which cannot be opened: ${whyUnreadable(error)}`,
      'Put that file beside the network, or export the network into one file',
    );
  });
  try {
    const { size } = await opened.stat();
    const wanted = length ?? size - from;
    if (from + wanted > size) {
      throw new InputError(`${file} ends before the weights that ${path} keeps there`, 'Copy both files again');
    }
    const bytes = new Uint8Array(wanted);
    let done = 0;
    while (done < wanted) {
      const { bytesRead } = await opened.read(bytes, done, Math.min(wanted - done, 2 ** 30), from + done);
      if (bytesRead === 0) throw new InputError(`${file} became shorter while it was read`, 'Try again');
      done += bytesRead;
    }
    return bytes;
  } finally {
    await opened.close();
  }
}

/** Values that a node reads, those that graphs inside it read from outside too. */
function readsOf(node: NodeProto): string[] {
  return [...node.input.filter((name) => name !== ''), ...node.attribute.flatMap(outerReads)];
}

function outerReads({ g, graphs }: AttributeProto): string[] {
  return (g ? [g, ...graphs] : graphs).flatMap((inner) => {
    const own = new Set([
      ...inner.input.map(({ name }) => name),
      ...inner.initializer.map(({ name }) => name),
      ...inner.node.flatMap(({ output }) => output),
    ]);
    return [...inner.node.flatMap(readsOf), ...inner.output.map(({ name }) => name)].filter((name) => !own.has(name));
  });
}

/**
 * Leaves only what the wanted values need, in place: later nodes and their constants are cut away, other outputs dropped.
 * @param wanted names of values of the graph. Their declared shapes are dropped: a run tells.
 */
export function cutOnnx({ graph }: OnnxModel, wanted: readonly string[]): void {
  const needed = new Set(wanted);
  const kept: NodeProto[] = [];
  for (const node of [...graph.node].reverse()) {
    if (!node.output.some((name) => needed.has(name))) continue;
    kept.push(node);
    for (const name of readsOf(node)) needed.add(name);
  }
  graph.node = kept.reverse();
  graph.initializer = graph.initializer.filter(({ name }) => needed.has(name));
  graph.sparseInitializer = graph.sparseInitializer.filter(({ values }) => needed.has(values?.name ?? ''));
  graph.input = graph.input.filter(({ name }) => needed.has(name));
  graph.valueInfo = [];
}
