import assert from 'node:assert/strict';
import test from 'node:test';
import { clopperPearson } from '../../src/metrics/clopper-pearson.js';

const near = (found: [number, number], wanted: [number, number]): void => {
  for (const i of [0, 1] as const) assert.ok(Math.abs(found[i] - wanted[i]) < 5e-5, `${found} is not ${wanted}`);
};

// scipy.stats.binomtest(k, n).proportion_ci(method='exact')
test('intervals are those of scipy', () => {
  near(clopperPearson(1, 10), [0.00253, 0.44502]);
  near(clopperPearson(2, 240), [0.00101, 0.02978]);
  near(clopperPearson(13, 80), [0.08945, 0.26179]);
  near(clopperPearson(40, 80, 0.9), [0.40302, 0.59698]);
});

test('without hits, with hits only and without trials the ends are closed forms', () => {
  near(clopperPearson(0, 50), [0, 1 - 0.025 ** (1 / 50)]);
  near(clopperPearson(50, 50), [0.025 ** (1 / 50), 1]);
  assert.deepEqual(clopperPearson(0, 0), [0, 1]);
  assert.throws(() => clopperPearson(3, 2), RangeError);
});
