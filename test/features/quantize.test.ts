import assert from 'node:assert/strict';
import test from 'node:test';
import { byteScale, wholeKernel } from '../../src/features/quantize.js';

test('bytes stand for 256 values of the span, 0 among them', () => {
  assert.deepEqual(byteScale([0, 255]), { scale: 1, zero: 0 });
  assert.deepEqual(byteScale([-51, 204]), { scale: 1, zero: 51 });
  assert.deepEqual(byteScale([-2, 0]), { scale: Math.fround(2 / 255), zero: 255 });
  // 0 must be exact, so the span is moved by a part of a step.
  assert.deepEqual(byteScale([-1.4, 508.6]), { scale: 2, zero: 1 });
  assert.deepEqual(byteScale([0, 0]), { scale: 1, zero: 0 });
});

test('each output channel has its own scale, weights are whole numbers up to 64', () => {
  const weight = Float32Array.of(0.5, -1, 0.24, 64, 32, -16.4);
  const { weight: whole, bias, scales } = wholeKernel(weight, Float32Array.of(1, -8), 0.25);
  assert.deepEqual([...scales], [1 / 64, 1]);
  assert.deepEqual([...whole], [32, -64, 15, 64, 32, -16]);
  assert.deepEqual([...bias], [256, -32]);
});

test('two products of a byte and a weight fit into 16 bits, as processors without VNNI add them', () => {
  const { weight } = wholeKernel(Float32Array.of(1, -1, 1e-3, 7, -7, 3), new Float32Array(2), 1);
  const largest = Math.max(...weight.map(Math.abs));
  assert.equal(largest, 64);
  assert.ok(2 * 255 * largest < 2 ** 15);
});

test('a channel of next to no weights keeps its bias, one of nothing at all is 0', () => {
  const weight = Float32Array.of(1e-12, -1e-12, 0, 0);
  const inputScale = 0.02;
  const { weight: whole, bias, scales } = wholeKernel(weight, Float32Array.of(-0.7, 0), inputScale);
  assert.ok(Math.abs(bias[0] * scales[0] * inputScale + 0.7) < 1e-6);
  assert.deepEqual([...whole], [0, 0, 0, 0]);
  assert.deepEqual([bias[1], scales[1]], [0, 1]);
});
