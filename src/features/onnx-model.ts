import { IMAGE, type Network } from './network.js';
import type { Parameters } from './parameters.js';

/*
 * Protocol buffers by hand: the few message fields of onnx.proto that a graph needs, so that a session starts from
 * memory with no file and no further package. Field numbers are those of onnx.proto (opset 13, IR 7).
 */
type Field = Uint8Array;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return bytes;
}

const int = (field: number, value: number): Field => Uint8Array.from([...varint(field * 8), ...varint(value)]);
const bytes = (field: number, content: Uint8Array): Field =>
  Buffer.concat([Uint8Array.from([...varint(field * 8 + 2), ...varint(content.length)]), content]);
const text = (field: number, value: string): Field => bytes(field, Buffer.from(value));
const message = (field: number, ...fields: Field[]): Field => bytes(field, Buffer.concat(fields));

const FLOAT = 1;
const INTS = 7;

function tensor(name: string, shape: readonly number[], data: Float32Array): Field {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(5, ...shape.map((side) => int(1, side)), int(2, FLOAT), text(8, name), bytes(9, raw));
}

function node(op: string, inputs: readonly string[], output: string, attributes: Record<string, number[]> = {}): Field {
  return message(
    1,
    ...inputs.map((input) => text(1, input)),
    text(2, output),
    text(4, op),
    ...Object.entries(attributes).map(([key, values]) =>
      message(5, text(1, key), ...values.map((value) => int(8, value)), int(20, INTS)),
    ),
  );
}

function valueInfo(field: number, name: string, shape: readonly number[]): Field {
  const dimensions = shape.map((side) => message(1, int(1, side)));
  return message(field, text(1, name), message(2, message(1, int(1, FLOAT), message(2, ...dimensions))));
}

/** A network with its parameters as the bytes of an ONNX model: input `image` [1 × 3 × side × side], one output a layer. */
export function onnxModel(network: Network, parameters: Parameters, side: number): Uint8Array {
  const nodes: Field[] = [];
  const initialisers: Field[] = [];
  for (const step of network.steps) {
    const own = parameters.get(step.output);
    const wantsRelu = step.op !== 'maxpool' && step.relu;
    const raw = wantsRelu ? `${step.output}:raw` : step.output;
    if (step.op === 'conv') {
      const shape = [step.channels.out, step.channels.in, step.size, step.size];
      initialisers.push(
        tensor(`${step.output}:w`, shape, own!.weight!),
        tensor(`${step.output}:b`, [shape[0]], own!.bias),
      );
      const pad = (step.size - 1) / 2;
      nodes.push(
        node('Conv', [step.input, `${step.output}:w`, `${step.output}:b`], raw, {
          kernel_shape: [step.size, step.size],
          strides: [step.stride, step.stride],
          pads: [pad, pad, pad, pad],
        }),
      );
    } else if (step.op === 'norm') {
      const shape = [step.channels, 1, 1];
      initialisers.push(tensor(`${step.output}:s`, shape, own!.scale!), tensor(`${step.output}:b`, shape, own!.bias));
      nodes.push(node('Mul', [step.input, `${step.output}:s`], `${step.output}:scaled`));
      nodes.push(node('Add', [`${step.output}:scaled`, `${step.output}:b`], raw));
    } else if (step.op === 'maxpool') {
      nodes.push(node('MaxPool', [step.input], raw, { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }));
    } else {
      nodes.push(node('Add', [step.input, step.other], raw));
    }
    if (wantsRelu) nodes.push(node('Relu', [raw], step.output));
  }
  const outputs = network.outputs.map(({ output, channels, stride }) =>
    valueInfo(12, output, [1, channels, Math.ceil(side / stride), Math.ceil(side / stride)]),
  );
  const graph = [
    ...nodes,
    text(2, network.backbone),
    ...initialisers,
    valueInfo(11, IMAGE, [1, 3, side, side]),
    ...outputs,
  ];
  return Buffer.concat([int(1, 7), message(7, ...graph), message(8, text(1, ''), int(2, 13))]);
}
