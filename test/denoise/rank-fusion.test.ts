import assert from 'node:assert/strict';
import test from 'node:test';
import { fuseRanks } from '../../src/denoise/rank-fusion.js';
import { createRandom } from '../../src/random.js';

const near = (found: Float32Array, expected: number[]): void => {
  for (const [i, value] of found.entries()) {
    assert.ok(Math.abs(value - expected[i]) < 1e-6, `${i}: ${value}, not ${expected[i]}`);
  }
};

test('ranks are shares of patches judged no higher, equal ones sharing the mean', () => {
  near(fuseRanks([Float32Array.of(5, 1, 9, 5)]), [2.5 / 4, 1 / 4, 1, 2.5 / 4]);
  near(fuseRanks([Float32Array.of(1, 2, 3, 4), Float32Array.of(40, 30, 20, 10)]), [0.625, 0.625, 0.625, 0.625]);
});

test('fused ranks are those of counting, whatever the unit', () => {
  const random = createRandom(3);
  const judged = [0, 1, 2].map(() => Float32Array.from({ length: 60 }, () => Math.floor(random.uniform(0, 20))));
  const counted = Array.from({ length: 60 }, (_, i) => {
    const shares = judged.map((own) => {
      const below = own.filter((value) => value < own[i]).length;
      const equal = own.filter((value) => value === own[i]).length;
      return (below + (equal + 1) / 2) / 60;
    });
    return shares.reduce((sum, share) => sum + share, 0) / 3;
  });
  near(fuseRanks(judged), counted);
  near(fuseRanks(judged.map((own) => own.map((value) => Math.exp(value) - 7))), counted);
});

test('judgements of different patches are refused', () => {
  assert.throws(() => fuseRanks([new Float32Array(3), new Float32Array(4)]), RangeError);
});
