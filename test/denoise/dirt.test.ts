import assert from 'node:assert/strict';
import test from 'node:test';
import { binomialLower, binomialTail, binomialUpper } from '../../src/denoise/binomial.js';
import { estimateDirt } from '../../src/denoise/dirt.js';
import { falseDiscovery } from '../../src/denoise/false-discovery.js';
import { gridMean } from '../../src/denoise/grid-mean.js';
import { imageSuspicion } from '../../src/denoise/worst-patches.js';
import { createRandom } from '../../src/random.js';

const near = (a: number, b: number, tolerance = 1e-9): void =>
  assert.ok(Math.abs(a - b) <= tolerance, `${a}, not ${b}`);

test('binomial tails are those of a coin and of hand', () => {
  near(binomialTail(2, 3, 0.5), 0.5);
  near(binomialTail(3, 3, 0.1), 0.001);
  near(binomialTail(1, 10, 0.1), 1 - 0.9 ** 10);
  assert.equal(binomialTail(0, 5, 0.2), 1);
  assert.equal(binomialTail(6, 5, 0.2), 0);
  assert.ok(binomialTail(200, 2000, 0.01) > 0 && binomialTail(200, 2000, 0.01) < 1e-100);
});

test('Clopper–Pearson bounds are the published ones', () => {
  // 10 of 100, two-sided 95 %: 0.0490 … 0.1762.
  near(binomialLower(10, 100, 0.025), 0.049, 5e-4);
  near(binomialUpper(10, 100, 0.025), 0.1762, 5e-4);
  near(binomialUpper(0, 20, 0.05), 1 - 0.05 ** (1 / 20), 1e-9);
  assert.equal(binomialLower(0, 20, 0.05), 0);
  assert.equal(binomialUpper(20, 20, 0.05), 1);
});

/** Suspicions of clean images by the law the null allows for, or a lighter one, and of dirty ones beyond. */
function suspicions(seed: number, clean: number, dirty: number, law: 'laplace' | 'normal'): Float64Array {
  const random = createRandom(seed);
  const laplace = (): number => {
    const u = random.uniform(-0.5, 0.5);
    return -Math.sign(u) * Math.log(1 - 2 * Math.abs(u));
  };
  const own = Array.from({ length: clean }, () => 3 + 0.02 * (law === 'laplace' ? laplace() : random.normal()));
  return Float64Array.from([...own, ...Array.from({ length: dirty }, () => 3.3 + 0.05 * random.normal())]);
}

for (const law of ['laplace', 'normal'] as const) {
  test(`of clean sets at most the stated share is called dirty: ${law}`, () => {
    let called = 0;
    for (let seed = 0; seed < 300; seed++) {
      const { interval, share } = estimateDirt(suspicions(seed, [40, 100, 320][seed % 3], 0, law), 0.05);
      if (interval[0] > 0) called++;
      else assert.equal(share, 0);
    }
    assert.ok(called <= 0.05 * 300, `${called} of 300`);
  });
}

for (const [clean, dirty] of [
  [300, 30],
  [300, 75],
  [100, 10],
  [200, 4],
  [300, 3],
]) {
  test(`${dirty} dirty among ${clean} clean images are estimated and found`, () => {
    const found = estimateDirt(suspicions(7, clean, dirty, 'normal'), 0.05);
    const truth = dirty / (clean + dirty);
    near(found.share, truth, 0.03);
    assert.ok(found.interval[0] <= truth && truth <= found.interval[1], `${found.interval}`);
    const flagged = falseDiscovery(found.pValues, found.share, 0.5);
    const hits = flagged.subarray(clean).reduce((sum, flag) => sum + flag, 0);
    assert.equal(hits, dirty);
    assert.ok(flagged.reduce((sum, flag) => sum + flag, 0) <= 2 * dirty + 1);
  });
}

test('the estimate does not depend on origin and scale of the suspicions', () => {
  const values = suspicions(3, 64, 6, 'normal');
  const moved = estimateDirt(
    values.map((value) => 8 * value - 4),
    0.05,
  );
  near(moved.share, estimateDirt(values, 0.05).share, 1e-12);
});

test('images that are all alike are clean, and one that differs is no majority', () => {
  const same = estimateDirt(new Float64Array(12).fill(0.5), 0.05);
  assert.deepEqual([same.share, same.interval[0]], [0, 0]);
  assert.ok(estimateDirt(Float64Array.of(1), 0.05).share === 0);
});

test('a somewhat wider tail is no dirt however many images show it, a few images far out are', () => {
  const random = createRandom(5);
  const wide = Float64Array.from({ length: 4000 }, (_, i) => {
    const [side, x] = [i % 2 === 0 ? 1.2 : -1, -Math.log(1 - random.uniform(0, 1))];
    return side * x;
  });
  assert.equal(estimateDirt(wide, 0.05).interval[0], 0);
  // Widened by 1.2 the tail starts later; 6 of 4,006 beyond 14 deviations of ln 2 are proof at the last cut.
  const far = estimateDirt(Float64Array.from([...wide, ...new Array(6).fill(12)]), 0.05);
  assert.ok(far.interval[0] > 0);
  assert.ok(far.share > 0 && far.share <= 0.03, `${far.share}`);
});

test('the provable share falls with the number of images', () => {
  const of = (n: number): number => estimateDirt(suspicions(1, n, 0, 'normal'), 0.05).provable;
  // 6 of 44 are the least beyond four deviations whose bound at 1 % exceeds 1/32; 11 of 150.
  near(of(44), (6 / 44 - 1 / 32) / (31 / 32), 1e-12);
  near(of(150), (11 / 150 - 1 / 32) / (31 / 32), 1e-12);
  assert.ok(of(3) > 0.5);
});

test('false discovery is that of a hand-made list', () => {
  const p = Float64Array.of(0.9, 0.001, 0.04, 0.5, 0.02);
  // n·p(k)/k: 0.005, 0.05, 0.0667, 0.625, 0.9.
  assert.deepEqual([...falseDiscovery(p, 0, 0.06)], [0, 1, 0, 0, 1]);
  assert.deepEqual([...falseDiscovery(p, 0, 0.001)], [0, 0, 0, 0, 0]);
  assert.deepEqual([...falseDiscovery(p, 0.2, 0.06)], [0, 1, 1, 0, 1], 'fewer clean images, fewer false ones expected');
});

test('grid means repeat the edge and keep images apart', () => {
  const out = gridMean(Float32Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9), 3);
  assert.deepEqual([...out.subarray(0, 9)], [4, 2, 0, 2, 1, 0, 0, 0, 0]);
  assert.deepEqual([...out.subarray(9)], new Array(9).fill(9));
});

test('an image is as suspicious as its worst patches', () => {
  const judged = Float32Array.of(1, 5, 3, 1, 1, 1, 1, 1);
  const [first, second] = imageSuspicion(judged, 4, 2);
  near(first, Math.log(4));
  near(second, 0);
  near(imageSuspicion(judged, 4, 9)[0], Math.log(2.5));
});
