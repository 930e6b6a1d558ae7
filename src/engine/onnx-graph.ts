import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  type OperatorSetIdProto,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx-schema.js';

/** A number, or a name for one that each run may choose. */
export type Side = number | string;

/** Types of inputs and outputs. */
export type ValueType = 'float' | 'uint8' | 'int64';

/** A float, a text or a graph as an attribute; plain numbers are whole. */
export type Attribute = number | readonly number[] | { float: number } | { text: string } | { graph: GraphProto };

export type Attributes = Record<string, Attribute>;

/** Floats, whole numbers, the bits of halves in a Uint16Array, or bytes, signed or not. */
export type ConstantData = Float32Array | Int32Array | Uint16Array | Int8Array | Uint8Array;

/** Builds the bytes of an ONNX model from its nodes in order; values are known by their names. */
export interface OnnxGraph {
  readonly opset: number;
  /** A tensor given to each run. */
  input(name: string, shape: readonly Side[], type?: ValueType): string;
  /** A constant tensor. @param type of an Int32Array's whole numbers in the file. */
  constant(name: string, shape: readonly number[], data: ConstantData, type?: 'int64' | 'int32'): string;
  /** A node with one output, called `output` or by a new name. */
  op(type: string, inputs: readonly string[], attributes?: Attributes, output?: string): string;
  /** A node with several outputs. */
  ops(type: string, inputs: readonly string[], outputs: number, attributes?: Attributes): string[];
  /** Takes in another graph's nodes and constants. Its names must not be in use; its inputs must be values here. */
  include(graph: Pick<GraphProto, 'node' | 'initializer' | 'sparseInitializer'>): void;
  /** Has each run give a value. */
  output(name: string, shape: readonly Side[], type?: ValueType): void;
  /** A graph inside this one's nodes, as `Scan` takes it: it may read values from here. Its own names begin with the prefix. */
  inner(prefix: string): OnnxGraph;
  /** As an attribute of a node. */
  proto(): GraphProto;
  /** The model. @param metadata texts kept with it. */
  bytes(metadata?: Readonly<Record<string, string>>): Uint8Array;
}

/** The version of the standard operators that graphs are written in unless they have to go with others. */
const OPSET = 13;
/** Version of the file format that goes with an operator set, by the standard's table. */
const irVersion = (opset: number): bigint => (opset <= 14 ? 7n : opset <= 18 ? 8n : opset <= 20 ? 9n : 10n);

/** An empty graph. @param options `opset` of the standard operators; `others`: sets that included graphs need. */
export function onnxGraph(
  name: string,
  {
    opset = OPSET,
    others = [],
    prefix = '',
  }: { opset?: number; others?: readonly OperatorSetIdProto[]; prefix?: string } = {},
): OnnxGraph {
  const graph = create(GraphProtoSchema, { name });
  let named = 0;
  const node = (opType: string, input: readonly string[], output: readonly string[], given: Attributes): void => {
    const attribute = Object.entries(given).map(([key, value]) => attributeProto(key, value));
    graph.node.push(create(NodeProtoSchema, { opType, input: [...input], output: [...output], attribute }));
  };
  return {
    opset,
    input(own, shape, type = 'float') {
      graph.input.push(valueInfo(own, shape, type));
      return own;
    },
    constant(own, shape, data, type) {
      graph.initializer.push(tensorProto(own, shape, data, type));
      return own;
    },
    op(type, inputs, attributes = {}, output = `${prefix}:${named++}`) {
      node(type, inputs, [output], attributes);
      return output;
    },
    ops(type, inputs, outputs, attributes = {}) {
      const names = Array.from({ length: outputs }, () => `${prefix}:${named++}`);
      node(type, inputs, names, attributes);
      return names;
    },
    include(other) {
      graph.node.push(...other.node);
      graph.initializer.push(...other.initializer);
      graph.sparseInitializer.push(...other.sparseInitializer);
    },
    output: (own, shape, type = 'float') => void graph.output.push(valueInfo(own, shape, type)),
    inner: (own) => onnxGraph(own, { opset, prefix: own }),
    proto: () => graph,
    bytes: (metadata = {}) =>
      toBinary(
        ModelProtoSchema,
        create(ModelProtoSchema, {
          irVersion: irVersion(opset),
          producerName: 'softpatch-lab',
          graph,
          metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
          opsetImport: [{ domain: '', version: BigInt(opset) }, ...others],
        }),
      ),
  };
}

/** A constant as a graph keeps it. @param type of an Int32Array's whole numbers. */
export function tensorProto(
  name: string,
  shape: readonly number[],
  data: ConstantData,
  type: 'int64' | 'int32' = 'int64',
): TensorProto {
  const held = data instanceof Int32Array && type === 'int64' ? BigInt64Array.from(data, BigInt) : data;
  const rawData = new Uint8Array(held.buffer as ArrayBuffer, held.byteOffset, held.byteLength);
  return create(TensorProtoSchema, { name, dims: shape.map(BigInt), dataType: typeOf(held), rawData });
}

function typeOf(data: ConstantData | BigInt64Array): DataType {
  if (data instanceof Float32Array) return DataType.FLOAT;
  if (data instanceof Uint16Array) return DataType.FLOAT16;
  if (data instanceof Int8Array) return DataType.INT8;
  if (data instanceof Uint8Array) return DataType.UINT8;
  return data instanceof Int32Array ? DataType.INT32 : DataType.INT64;
}

/** An input or output as a graph declares it. @param shape left out: as it comes. */
export function valueInfo(name: string, shape: readonly Side[] | undefined, type: ValueType): ValueInfoProto {
  const dim = shape?.map((side) => ({
    value:
      typeof side === 'number'
        ? { case: 'dimValue' as const, value: BigInt(side) }
        : { case: 'dimParam' as const, value: side },
  }));
  const elemType = { float: DataType.FLOAT, uint8: DataType.UINT8, int64: DataType.INT64 }[type];
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType, shape: dim && { dim } } } },
  });
}

function attributeProto(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'number') {
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  }
  if ('float' in value) return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  if ('graph' in value) {
    return create(AttributeProtoSchema, { name, type: AttributeType.GRAPH, g: value.graph });
  }
  if ('text' in value) {
    return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: new TextEncoder().encode(value.text) });
  }
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}
