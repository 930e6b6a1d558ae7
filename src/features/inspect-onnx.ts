import { cutOnnx, inlineExternal, type OnnxModel, onnxBytes, readOnnx } from '../engine/onnx-file.js';
import { InputError } from '../errors.js';
import { layerForm, trialShapes } from './describe-onnx.js';
import { startRuntime } from './onnx-foreign.js';
import { giveOnly, imageInput, onnxOutputs } from './onnx-network.js';
import type { OnnxLayer } from './spec.js';

/** A value of an ONNX network that can be read as a layer. */
export interface OnnxValue extends OnnxLayer {
  /** The node that gives it, e.g. `Relu`. */
  node: string;
  /** Whether the network gives it by itself. */
  output: boolean;
  /** As the network gives it for one image. */
  shape: number[];
}

/** What an ONNX file holds. */
export interface OnnxInspection {
  input: string;
  half: boolean;
  /** Rows and columns the input takes; null where any. */
  fixedSide: number | null;
  /** Side of the images it was tried on. */
  side: number;
  /** The network's own outputs, those that cannot be read too. */
  outputs: { name: string; shape: number[] }[];
  /** Values that can be read, in the order they are computed. */
  values: OnnxValue[];
  /** Layers that would be sensible, in the order to name them; empty where none is. */
  suggestion: string[];
}

/**
 * Runs an ONNX network once on a grey image and lists every value that can be read as a layer.
 * @param side of the image where the network takes any. @throws InputError naming the file.
 */
export async function inspectOnnx(path: string, side?: number): Promise<OnnxInspection> {
  const runtime = await startRuntime('onnx');
  const declared = imageInput(path, await readOnnx(path));
  if (declared.side !== null && side !== undefined && side !== declared.side) {
    throw new InputError(`${path} takes images of ${declared.side} px, not ${side}`, 'Leave --side out');
  }
  const used = declared.side ?? side ?? 224;
  const outputs = onnxOutputs(await readOnnx(path));
  const found = await tryValues(path, async (bytes, count) => trialShapes(runtime, path, bytes, used, count));
  const own = new Map(found.map((value) => [value.name, value]));
  const values = found.flatMap(({ name, node, shape }): OnnxValue[] => {
    const form = layerForm(shape, used);
    return form ? [{ layer: name, ...form, node, output: outputs.includes(name), shape }] : [];
  });
  return {
    input: declared.name,
    half: declared.half,
    fixedSide: declared.side,
    side: used,
    outputs: outputs.map((name) => ({ name, shape: own.get(name)?.shape ?? [] })),
    values,
    suggestion: suggestLayers(values, used),
  };
}

/** Nodes whose outputs are worth looking at: what comes after whole steps of a network, not its arithmetic in between. */
const TELLING = new Set([
  'Relu',
  'Add',
  'Sum',
  'Mul',
  'LayerNormalization',
  'BatchNormalization',
  'Concat',
  'Conv',
  'Clip',
  'HardSwish',
  'Gelu',
  'LeakyRelu',
  'Transpose',
  'SkipLayerNormalization',
]);

interface Found {
  name: string;
  node: string;
  shape: number[];
}

async function tryValues(
  path: string,
  shapesOf: (bytes: Uint8Array, count: number) => Promise<number[][]>,
): Promise<Found[]> {
  const model = await readOnnx(path);
  const outputs = new Set(onnxOutputs(model));
  const found = valuesOf(model, (node, name) => outputs.has(name) || TELLING.has(node));
  const names = found.map(({ name }) => name);
  cutOnnx(model, names);
  await inlineExternal(path, model);
  giveOnly(path, model, names);
  const shapes = await shapesOf(onnxBytes(model), names.length);
  return found.map((value, i) => ({ ...value, shape: shapes[i] }));
}

function valuesOf({ graph }: OnnxModel, wanted: (node: string, name: string) => boolean): Omit<Found, 'shape'>[] {
  return graph.node.flatMap(({ opType, output }) =>
    output.filter((name) => name !== '' && wanted(opType, name)).map((name) => ({ name, node: opType })),
  );
}

/**
 * Layers as PatchCore reads a ResNet: of maps the last ones of two grids, an eighth and a sixteenth of the image or what is nearest;
 * of tokens the last.
 */
export function suggestLayers(values: readonly OnnxValue[], side: number): string[] {
  const tokens = values.filter(({ form, others }) => form === 'tokens' && others > 0);
  if (tokens.length > 0) return [tokens[tokens.length - 1].layer];
  const maps = values.filter(({ form, channels }) => form !== 'tokens' && channels > 3);
  const lastOf = new Map(maps.map((value) => [value.side, value.layer]));
  const near = (stride: number): number =>
    [...lastOf.keys()].reduce((best, own) =>
      Math.abs(Math.log(side / own / stride)) < Math.abs(Math.log(side / best / stride)) ? own : best,
    );
  if (lastOf.size === 0) return values.length > 0 ? [values[values.length - 1].layer] : [];
  return [...new Set([near(8), near(16)])].sort((a, b) => b - a).map((own) => lastOf.get(own)!);
}
