import type { OnnxRuntime } from '../engine/onnx.js';
import { InputError } from '../errors.js';
import { unusable } from './onnx-foreign.js';
import { openSession } from './onnx-forward.js';
import { ONNX_IMAGE, onnxLayer, preparedBytes } from './onnx-network.js';
import type { OnnxLayer, OnnxNetwork } from './spec.js';

/** Most tokens that may stand in front of a grid's: a class token and registers. */
const MOST_OTHERS = 16;

/** A value's shape as a layer of images of `side` px; undefined where it is none. */
export function layerForm(dims: readonly number[], side: number): Omit<OnnxLayer, 'layer'> | undefined {
  if (dims[0] !== 1) return undefined;
  if (dims.length === 4) {
    const [, a, b, c] = dims;
    if (b === c && b > 1) return { form: 'channels-first', channels: a, side: b, others: 0 };
    if (a === b && a > 1) return { form: 'channels-last', channels: c, side: a, others: 0 };
    return undefined;
  }
  if (dims.length !== 3) return undefined;
  const [, tokens, channels] = dims;
  for (let grid = Math.floor(Math.sqrt(tokens)); grid > 1 && tokens - grid * grid <= MOST_OTHERS; grid--) {
    if (side % grid === 0) return { form: 'tokens', channels, side: grid, others: tokens - grid * grid };
  }
  return undefined;
}

/**
 * What layers of an ONNX network are for images of `side` px, found by one run on a grey one.
 * @param options `skip`: leave out what is no map and no grid of tokens, as long as something is left.
 * @throws InputError naming the file: no such layer, a side it cannot take, a value that is no map and no grid of tokens.
 */
export async function describeOnnx(
  runtime: OnnxRuntime,
  path: string,
  layers: readonly string[],
  side: number,
  { skip = false }: { skip?: boolean } = {},
): Promise<OnnxNetwork> {
  const bytes = await preparedBytes({ kind: 'file', path }, layers);
  const shapes = await trialShapes(runtime, path, bytes, side, layers.length);
  const found = layers.flatMap((layer, i): OnnxLayer[] => {
    const shape = layerForm(shapes[i], side);
    if (shape) return [{ layer, ...shape }];
    if (skip) return [];
    throw new InputError(...noGrid(path, layer, shapes[i], side));
  });
  if (found.length === 0) throw new InputError(...noGrid(path, layers[0], shapes[0], side));
  return { layers: found };
}

/** Shapes of the layers of a prepared network for one image. @throws InputError where the network does not run. */
export async function trialShapes(
  runtime: OnnxRuntime,
  path: string,
  bytes: Uint8Array,
  side: number,
  count: number,
): Promise<number[][]> {
  const session = await openSession(runtime, bytes).catch((error) => {
    throw unusable(path, error);
  });
  try {
    const image = new runtime.Tensor('float32', new Float32Array(3 * side * side), [1, 3, side, side]);
    const results = await session.run({ [ONNX_IMAGE]: image }).catch((error: Error) => {
      throw new InputError(
        `${path} does not run on an image of ${side} × ${side} px: ${error.message.split('\n')[0].slice(0, 300)}`,
        'Give the side it was exported for with --crop',
      );
    });
    return Array.from({ length: count }, (_, i) => results[onnxLayer(i)].dims.map(Number));
  } finally {
    await session.release();
  }
}

function noGrid(path: string, layer: string, dims: readonly number[], side: number): [string, string] {
  const shown = dims.join(' × ');
  const what =
    dims.length === 3
      ? `${dims[1]} tokens, which make no square grid over ${side} px with up to ${MOST_OTHERS} others in front`
      : 'neither a square map nor tokens';
  return [
    `${path}: "${layer}" is [${shown}], ${what}`,
    'Choose another value with --layers; softpatch backbone inspect lists those that can be read',
  ];
}
