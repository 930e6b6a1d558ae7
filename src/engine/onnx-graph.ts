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

const [FLOAT, INT64] = [1, 7];
/** Attribute types. */
const [INT, INTS] = [2, 7];

/** A number, or a name for one that each run may choose. */
export type Side = number | string;

/** Builds the bytes of an ONNX model from its nodes in order; values are known by their names. */
export interface OnnxGraph {
  /** A tensor given to each run. */
  input(name: string, shape: readonly Side[]): string;
  /** A constant tensor; whole numbers where the data are an Int32Array. */
  constant(name: string, shape: readonly number[], data: Float32Array | Int32Array): string;
  /** A node with one output, called `output` or by a new name. */
  op(type: string, inputs: readonly string[], attributes?: Attributes, output?: string): string;
  /** A node with several outputs. */
  ops(type: string, inputs: readonly string[], outputs: number, attributes?: Attributes): string[];
  /** Has each run give a value. */
  output(name: string, shape: readonly Side[]): void;
  /** The model. */
  bytes(): Uint8Array;
}

export type Attributes = Record<string, number | readonly number[]>;

/** An empty graph. */
export function onnxGraph(name: string): OnnxGraph {
  const nodes: Field[] = [];
  const rest: Field[] = [];
  let named = 0;
  const node = (type: string, inputs: readonly string[], outputs: readonly string[], attributes: Attributes): void => {
    const fields = [
      ...inputs.map((input) => text(1, input)),
      ...outputs.map((output) => text(2, output)),
      text(4, type),
      ...Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    ];
    nodes.push(message(1, ...fields));
  };
  return {
    input(own, shape) {
      rest.push(valueInfo(11, own, shape));
      return own;
    },
    constant(own, shape, data) {
      const whole = data instanceof Int32Array;
      const held = whole ? BigInt64Array.from(data, BigInt) : data;
      const raw = new Uint8Array(held.buffer, held.byteOffset, held.byteLength);
      const fields = [...shape.map((side) => int(1, side)), int(2, whole ? INT64 : FLOAT), text(8, own), bytes(9, raw)];
      rest.push(message(5, ...fields));
      return own;
    },
    op(type, inputs, attributes = {}, output = `:${named++}`) {
      node(type, inputs, [output], attributes);
      return output;
    },
    ops(type, inputs, outputs, attributes = {}) {
      const names = Array.from({ length: outputs }, () => `:${named++}`);
      node(type, inputs, names, attributes);
      return names;
    },
    output: (own, shape) => void rest.push(valueInfo(12, own, shape)),
    bytes: () =>
      Buffer.concat([int(1, 7), message(7, ...nodes, text(2, name), ...rest), message(8, text(1, ''), int(2, 13))]),
  };
}

function attribute(key: string, value: number | readonly number[]): Field {
  if (typeof value === 'number') return message(5, text(1, key), int(3, value), int(20, INT));
  return message(5, text(1, key), ...value.map((own) => int(8, own)), int(20, INTS));
}

function valueInfo(field: number, name: string, shape: readonly Side[]): Field {
  const dimensions = shape.map((side) => message(1, typeof side === 'number' ? int(1, side) : text(2, side)));
  return message(field, text(1, name), message(2, message(1, int(1, FLOAT), message(2, ...dimensions))));
}
