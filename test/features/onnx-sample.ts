import { create, toBinary } from '@bufbuild/protobuf';
import { parseOnnx } from '../../src/engine/onnx-file.js';
import { onnxGraph, type Side, tensorProto } from '../../src/engine/onnx-graph.js';
import { TensorProto_DataType as DataType, ModelProtoSchema, NodeProtoSchema } from '../../src/engine/onnx-schema.js';
import { createRandom } from '../../src/random.js';

/** Random values. */
export function noise(length: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length }, () => random.normal() * 0.3);
}

/**
 * A small network of random weights: `shallow` [n × 8 × s/4 × s/4], `deep` [n × 16 × s/8 × s/8], `tokens` [n × (extra + s²/16) × 8] of
 * `shallow`, and `logits` [n × 5] behind them, which alone with `deep` is an output.
 */
export function sampleNetwork({
  input = ['n', 3, 'h', 'w'],
  extra = 1,
}: {
  input?: Side[];
  extra?: number;
} = {}): Uint8Array {
  const graph = onnxGraph('sample', { opset: 17 });
  graph.input('image', input);
  graph.constant('w1', [8, 3, 4, 4], noise(8 * 48, 1));
  graph.op('Conv', ['image', 'w1'], { kernel_shape: [4, 4], strides: [4, 4] }, 'conv1');
  graph.op('Relu', ['conv1'], {}, 'shallow');
  graph.constant('w2', [16, 8, 2, 2], noise(16 * 32, 2));
  graph.op('Conv', ['shallow', 'w2'], { kernel_shape: [2, 2], strides: [2, 2] }, 'conv2');
  graph.op('Relu', ['conv2'], {}, 'deep');
  graph.constant('flat', [3], Int32Array.of(0, 8, -1));
  graph.constant('class', [1, extra, 8], noise(extra * 8, 3));
  const patches = graph.op('Transpose', [graph.op('Reshape', ['shallow', 'flat'])], { perm: [0, 2, 1] });
  graph.op('Concat', ['class', patches], { axis: 1 }, 'tokens');
  graph.constant('w3', [16, 5], noise(80, 4));
  graph.constant('two', [2], Int32Array.of(0, -1));
  const pooled = graph.op('GlobalAveragePool', ['deep']);
  graph.op('MatMul', [graph.op('Reshape', [pooled, 'two']), 'w3'], {}, 'logits');
  graph.output('deep', ['n', 16, 'a', 'b']);
  graph.output('logits', ['n', 5]);
  return graph.bytes();
}

/** The same with a constant moved into a file of the given name; returns that file's bytes too. */
export function withExternal(bytes: Uint8Array, file: string): { network: Uint8Array; weights: Uint8Array } {
  const model = parseOnnx('sample', bytes);
  const own = model.graph.initializer.find(({ name }) => name === 'w1')!;
  const weights = new Uint8Array([...new Uint8Array(16), ...own.rawData]);
  own.externalData = [
    { key: 'location', value: file },
    { key: 'offset', value: '16' },
    { key: 'length', value: String(own.rawData.length) },
  ].map((entry) => ({ $typeName: 'onnx.StringStringEntryProto', ...entry }));
  own.rawData = new Uint8Array();
  own.dataLocation = 1;
  return { network: toBinary(ModelProtoSchema, model), weights };
}

/** A network whose input, weight and output are half precision: `out` [n × 4 × s/4 × s/4]. */
export function halfNetwork(weights: Uint16Array): Uint8Array {
  const model = parseOnnx('sample', sampleNetwork());
  const { graph } = model;
  graph.initializer = [tensorProto('w', [4, 3, 4, 4], weights)];
  const relu = create(NodeProtoSchema, { opType: 'Relu', input: ['conv'], output: ['out'] });
  const [conv] = graph.node;
  graph.node = [create(NodeProtoSchema, { ...conv, input: ['image', 'w'], output: ['conv'] }), relu];
  for (const value of [...graph.input, ...graph.output]) {
    if (value.type?.value.case === 'tensorType') value.type.value.value.elemType = DataType.FLOAT16;
  }
  graph.output = [graph.output[0]];
  graph.output[0].name = 'out';
  return toBinary(ModelProtoSchema, model);
}
