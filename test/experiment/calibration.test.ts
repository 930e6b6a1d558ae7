import assert from 'node:assert/strict';
import test from 'node:test';
import { leveller, promised, pValue, thresholdAt } from '../../src/experiment/calibration.js';
import { createRandom } from '../../src/random.js';

const scores = Array.from({ length: 199 }, (_, i) => i + 1);

test('the threshold is the conformal quantile', () => {
  // (199 + 1) · 0.95 = 190: the 190th smallest, above which 9 of 199 lie; one more is expected of 200.
  const { decisionThreshold, above, images, expected, interval } = thresholdAt({ scores }, 0.05);
  assert.deepEqual([decisionThreshold, above, images, expected], [190, 9, 199, 0.05]);
  assert.ok(interval[0] < 0.045 && interval[1] > 0.05 && interval[1] < 0.09);
});

test('too few images promise 1/(n + 1) and no less', () => {
  const { decisionThreshold, expected } = thresholdAt({ scores: [1, 2, 3, 4] }, 0.01);
  assert.deepEqual([decisionThreshold, expected], [4, 0.2]);
  assert.equal(promised({ scores: [1, 2, 3, 4] }, 2.5).above, 2);
});

for (const rate of [0, 1, -0.1, Number.NaN]) {
  test(`a false-alarm rate of ${rate} is impossible`, () => {
    assert.throws(() => thresholdAt({ scores }, rate), /false-alarm rate of .* is impossible/);
  });
}
test('without scores there is no threshold', () => assert.throws(() => thresholdAt({ scores: [] }, 0.1), /no normal/));

test('the rate holds on new images, on average over draws', () => {
  const random = createRandom(5).fork('rate');
  const draw = (n: number): number[] => Array.from({ length: n }, () => random.normal() ** 2).sort((a, b) => a - b);
  let alarms = 0;
  const [draws, images] = [400, 50];
  for (let i = 0; i < draws; i++) {
    const { decisionThreshold } = thresholdAt({ scores: draw(60) }, 0.1);
    alarms += draw(images).filter((score) => score > decisionThreshold).length;
  }
  const rate = alarms / (draws * images);
  assert.ok(rate > 0.08 && rate < 0.105, `${rate}`);
});

test('p-values count the normal images that score as high', () => {
  assert.equal(pValue({ scores }, 1000), 1 / 200);
  assert.equal(pValue({ scores }, 190), 11 / 200);
  assert.equal(pValue({ scores }, -1), 1);
});

test('levels are monotone on 0…1 with the threshold at 0.5, for any threshold', () => {
  for (const own of [scores, [3, 3, 3], [5], [1, 1, 2, 9]]) {
    for (const threshold of [thresholdAt({ scores: own }, 0.05).decisionThreshold, 0.5, 3, 150, 1e6]) {
      const level = leveller({ scores: own }, threshold);
      assert.equal(level(threshold), 0.5);
      let last = 0;
      for (let score = -50; score < 400; score += 0.37) {
        const now = level(score);
        assert.ok(now >= last && now >= 0 && now <= 1, `${score}: ${now} after ${last}`);
        assert.equal(now > 0.5, score > threshold);
        last = now;
      }
    }
  }
});
