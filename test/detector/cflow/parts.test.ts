import assert from 'node:assert/strict';
import test from 'node:test';
import { addProbabilities } from '../../../src/detector/cflow/aggregate.js';
import { CONDITION, positionalCode } from '../../../src/detector/cflow/condition.js';
import { CFLOW_PROFILES, learningRate } from '../../../src/detector/cflow/settings.js';

const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-6 * (1 + Math.abs(expected)), `${actual} is not ${expected}`);

test('positionalCode: columns in the first half, rows in the second, sines even, cosines odd', () => {
  const code = positionalCode(3);
  const at = (y: number, x: number, channel: number): number => code[(y * 3 + x) * CONDITION + channel];
  near(at(0, 2, 0), Math.sin(2));
  near(at(0, 2, 1), Math.cos(2));
  near(at(0, 2, 64), 0);
  near(at(1, 2, 66), Math.sin(10000 ** (-2 / 64)));
  near(at(2, 0, 65 + 62), Math.cos(2 * 10000 ** (-62 / 64)));
  assert.equal(at(1, 0, 0), 0);
});

test('learningRate follows cflow-ad: a linear start from a tenth, then a cosine down to a thousandth', () => {
  const settings = CFLOW_PROFILES['cflow-ad'];
  const [rate, least] = [2e-4, 2e-7];
  const cosine = (e: number): number => least + ((rate - least) * (1 + Math.cos((Math.PI * e) / 25))) / 2;
  near(learningRate(settings, 0, 0, 0, 10) * 1e4, 0.2);
  // Halfway through the two first epochs of 8 passes of 10 batches.
  near(learningRate(settings, 1, 0, 0, 10) * 1e4, (rate / 10 + (cosine(2) - rate / 10) / 2) * 1e4);
  near(learningRate(settings, 2, 3, 5, 10) * 1e4, cosine(2) * 1e4);
  near(learningRate(settings, 24, 0, 0, 10) * 1e4, cosine(24) * 1e4);
  assert.equal(learningRate(CFLOW_PROFILES['anomalib-2022'], 40, 0, 3, 9), 1e-4);
});

test('addProbabilities stretches exp(ℓ − max) with aligned corners and adds it', () => {
  const map = new Float32Array(9).fill(1);
  addProbabilities(map, 3, Float32Array.from([0, Math.log(0.5), Math.log(0.25), 0]), 2, 0);
  const expected = [2, 1.75, 1.5, 1.625, 1.6875, 1.75, 1.25, 1.625, 2];
  for (const [i, value] of map.entries()) near(value, expected[i]);
  const single = new Float32Array(4);
  addProbabilities(single, 2, Float32Array.of(3), 1, 3);
  assert.deepEqual([...single], [1, 1, 1, 1]);
});
