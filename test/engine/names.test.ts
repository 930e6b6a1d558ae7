import assert from 'node:assert/strict';
import test from 'node:test';
import { DEVICES, ENGINE_CHOICES, ENGINES, engineOf, isDevice, parseChoice } from '../../src/engine/names.js';

test('every choice but auto names an engine and a provider', () => {
  for (const choice of ENGINE_CHOICES) {
    if (choice === 'auto') continue;
    assert.ok((ENGINES as readonly string[]).includes(parseChoice(choice).name), choice);
  }
  assert.deepEqual(parseChoice('onnx:cuda'), { name: 'onnx', provider: 'cuda' });
  assert.deepEqual(parseChoice('wasm'), { name: 'wasm', provider: 'cpu' });
});

test('an engine has one name: onnx:cpu is onnx, all others are themselves', () => {
  assert.equal(engineOf('onnx:cpu'), 'onnx');
  for (const choice of ENGINE_CHOICES) {
    if (choice !== 'auto' && choice !== 'onnx:cpu') assert.equal(engineOf(choice), choice);
  }
});

test('devices are those that keep every stage; onnxruntime is none, whatever its provider', () => {
  assert.deepEqual(ENGINES.filter(isDevice).sort(), [...DEVICES].sort());
  assert.deepEqual([isDevice('webgpu'), isDevice('onnx'), isDevice('onnx:webgpu')], [true, false, false]);
});
