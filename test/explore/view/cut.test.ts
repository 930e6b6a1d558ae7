import assert from 'node:assert/strict';
import test from 'node:test';
import { discard } from '../../../src/denoise/cut.js';
import { chosenAt, cutAt, cutValue } from '../../../src/explore/view/cut.js';
import { createRandom } from '../../../src/random.js';

const random = createRandom(1);
const weights = Float32Array.from({ length: 600 }, () => random.normal() ** 2);

test('cutAt removes for every τ what discard removes', () => {
  const base = { cut: { name: 'tau' } as const, weights, suspected: new Uint8Array(6) };
  for (const tau of [0, 0.004, 0.15, 0.333, 0.5]) {
    const { cut, kept, keptCount } = discard(weights, tau);
    const { value, removed, count } = cutAt(base, tau);
    assert.equal(value, cut);
    assert.equal(count, weights.length - keptCount);
    assert.deepEqual(
      removed,
      kept.map((flag) => 1 - flag),
    );
  }
});

test('cutAt doubts by level, in suspected images also above the quantile, and nothing where nothing is doubted', () => {
  const few = Float32Array.of(1, 2, 4, 1, 2, 4);
  const suspected = Uint8Array.of(0, 1);
  const cut = {
    name: 'level',
    origin: Math.log(2),
    deviation: Math.log(1.5),
    high: 1.5,
    margin: 0,
    doubts: true,
  } as const;
  // exp(ln 2 + ln 1.5) = 3
  assert.deepEqual([...cutAt({ cut, weights: few, suspected }, 1).removed], [0, 0, 1, 0, 1, 1]);
  assert.equal(cutAt({ cut: { ...cut, doubts: false }, weights: few, suspected }, -1).count, 0);
});

test('chosenAt is the τ or level whose cut lies at a weight', () => {
  const base = { cut: { name: 'tau' } as const, weights };
  for (const tau of [0.1, 0.25])
    assert.ok(Math.abs(chosenAt(base, cutValue(base, tau)) - tau) < 1 / weights.length + 1e-9);
  const level = {
    cut: { name: 'level', origin: 0.5, deviation: 0.2, high: 9, margin: 0, doubts: true } as const,
    weights,
  };
  assert.ok(Math.abs(chosenAt(level, cutValue(level, 2.25)) - 2.25) < 1e-6);
});
