import assert from 'node:assert/strict';
import test from 'node:test';
import { type Packable, pack, unpack } from '../../../src/explore/view/pack.js';

test('unpack gives facts and arrays back, whatever their lengths', () => {
  const arrays = {
    weights: Float32Array.of(1.5, Number.NEGATIVE_INFINITY, 3),
    counts: Uint8Array.of(1, 2, 3, 4, 5),
    picks: Int32Array.of(-1, 7),
    none: new Uint8Array(0),
  };
  const facts = { category: 'screw “τ”', grid: 28, cut: { name: 'tau' } };
  const packed = pack(facts, arrays);
  assert.deepEqual({ ...unpack<object, Record<string, Packable>>(packed) }, { ...facts, ...arrays });
});

test('unpack reads bytes that lie anywhere in a buffer', () => {
  const packed = pack({ a: 1 }, { x: Float32Array.of(4, 5) });
  const moved = new Uint8Array(packed.length + 3);
  moved.set(packed, 3);
  assert.deepEqual(unpack<{ a: number }, { x: Float32Array }>(moved.subarray(3)).x, Float32Array.of(4, 5));
});
