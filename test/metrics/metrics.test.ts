import assert from 'node:assert/strict';
import test from 'node:test';
import { collectPixels } from '../../src/metrics/pixel.js';
import { rankingMetrics, rankLabelled } from '../../src/metrics/ranking.js';
import { regions } from '../../src/metrics/regions.js';
import { createRandom } from '../../src/random.js';

/** AUROC by comparing every pair. */
function pairs(anomalous: number[], normal: number[]): number {
  let won = 0;
  for (const a of anomalous) for (const n of normal) won += a > n ? 1 : a === n ? 0.5 : 0;
  return won / (anomalous.length * normal.length);
}

/** Σ (recall step · precision) over thresholds from the top. */
function averagePrecision(anomalous: number[], normal: number[]): number {
  let ap = 0;
  let before = 0;
  for (const threshold of [...new Set([...anomalous, ...normal])].sort((a, b) => b - a)) {
    const found = anomalous.filter((score) => score >= threshold).length;
    const wrong = normal.filter((score) => score >= threshold).length;
    ap += ((found - before) / anomalous.length) * (found / (found + wrong));
    before = found;
  }
  return ap;
}

test('rankLabelled(scores .1 .4 .4 .8, labels 0 0 1 1) has AUROC .875', () => {
  assert.equal(rankLabelled([0.1, 0.4, 0.4, 0.8], [0, 0, 1, 1]).auroc, 0.875);
});

test('rankLabelled gives scikit-learn’s average precision and the best F1', () => {
  // sklearn.metrics.average_precision_score([0, 0, 1, 1], [.1, .4, .35, .8]) = .8333
  const { ap, f1max, f1Threshold } = rankLabelled([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
  assert.ok(Math.abs(ap! - 5 / 6) < 1e-12);
  assert.equal(f1max, 0.8);
  assert.ok(Math.abs(f1Threshold! - 0.35) < 1e-7);
});

test('rankingMetrics equals counting pairs and trying thresholds on random scores with ties', () => {
  const random = createRandom(4);
  for (let round = 0; round < 20; round++) {
    const anomalous = Array.from({ length: 1 + random.integer(40) }, () => random.integer(12));
    const normal = Array.from({ length: 1 + random.integer(40) }, () => random.integer(9));
    const { auroc, ap, f1max, f1Threshold } = rankingMetrics(Float32Array.from(anomalous), Float32Array.from(normal));
    assert.ok(Math.abs(ap! - averagePrecision(anomalous, normal)) < 1e-12);
    assert.ok(Math.abs(auroc! - pairs(anomalous, normal)) < 1e-12);
    const f1 = (threshold: number): number => {
      const found = anomalous.filter((score) => score >= threshold).length;
      return (2 * found) / (found + normal.filter((score) => score >= threshold).length + anomalous.length);
    };
    assert.ok(Math.abs(f1max! - Math.max(...anomalous.map(f1))) < 1e-12);
    assert.ok(Math.abs(f1(f1Threshold!) - f1max!) < 1e-12, 'the threshold reaches the largest F1');
  }
});

test('a missing class is null, not one half; equal scores are one half; NaN is refused', () => {
  assert.deepEqual(rankLabelled([1, 2], [1, 1]), { auroc: null, ap: null, f1max: null, f1Threshold: null });
  assert.equal(rankLabelled([1, 2], [null, 0]).auroc, null);
  assert.equal(rankLabelled([3, 3, 3, 3], [0, 1, 0, 1]).auroc, 0.5);
  assert.throws(() => rankLabelled([Number.NaN, 1], [0, 1]), RangeError);
});

test('regions joins diagonal neighbours', () => {
  const mask = Uint8Array.from('1100 0010 0000 1001'.replaceAll(' ', ''), Number);
  assert.deepEqual(
    regions(mask, 4).map((region) => [...region].sort((a, b) => a - b)),
    [[0, 1, 6], [12], [15]],
  );
});

/** AUPRO by its definition: overlap and false-positive rate at every threshold, trapezoids up to 0.3. */
function plainAupro(maps: Float32Array[], masks: (Uint8Array | null)[], side: number): number {
  const normal = maps.flatMap((map, i) => [...map].filter((_, p) => !masks[i]?.[p]));
  const parts = maps.flatMap((map, i) =>
    masks[i] ? regions(masks[i], side).map((region) => [...region].map((p) => map[p])) : [],
  );
  const thresholds = [...new Set(maps.flatMap((map) => [...map]))].sort((a, b) => b - a);
  let area = 0;
  let [lastRate, lastOverlap] = [0, 0];
  for (const threshold of thresholds) {
    const rate = normal.filter((score) => score >= threshold).length / normal.length;
    const overlap =
      parts.reduce((sum, part) => sum + part.filter((score) => score >= threshold).length / part.length, 0) /
      parts.length;
    if (rate > 0.3) {
      const reached = lastOverlap + ((overlap - lastOverlap) * (0.3 - lastRate)) / (rate - lastRate);
      return (area + ((0.3 - lastRate) * (lastOverlap + reached)) / 2) / 0.3;
    }
    area += ((rate - lastRate) * (lastOverlap + overlap)) / 2;
    [lastRate, lastOverlap] = [rate, overlap];
  }
  return area / 0.3;
}

test('pixel metrics equal their definitions on random maps with ties', () => {
  const random = createRandom(6);
  const side = 12;
  for (let round = 0; round < 10; round++) {
    const masks = [0, 1, 2].map((i) =>
      i === 0 ? null : Uint8Array.from({ length: side * side }, () => Number(random.next() < 0.15)),
    );
    const maps = masks.map((mask) =>
      Float32Array.from({ length: side * side }, (_, p) => random.integer(30) + (mask?.[p] ? 8 : 0)),
    );
    const collector = collectPixels(side);
    maps.forEach((map, i) => {
      collector.add(map, masks[i]);
    });
    const { auroc, ap, aupro } = collector.metrics();
    const defects = maps.flatMap((map, i) => [...map].filter((_, p) => masks[i]?.[p]));
    const normal = maps.flatMap((map, i) => [...map].filter((_, p) => !masks[i]?.[p]));
    assert.ok(Math.abs(auroc! - pairs(defects, normal)) < 1e-12);
    assert.ok(Math.abs(ap! - averagePrecision(defects, normal)) < 1e-9);
    assert.equal(collector.auroc(), auroc);
    assert.ok(Math.abs(aupro! - plainAupro(maps, masks, side)) < 1e-9);
  }
});

test('a perfect map has AUROC, AP and AUPRO 1; masks without a defect pixel give null', () => {
  const mask = Uint8Array.from({ length: 16 }, (_, i) => (i < 4 ? 1 : 0));
  const perfect = collectPixels(4);
  perfect.add(Float32Array.from(mask), mask);
  assert.deepEqual(perfect.metrics(), { auroc: 1, ap: 1, aupro: 1 });
  const empty = collectPixels(4);
  empty.add(new Float32Array(16), new Uint8Array(16));
  assert.deepEqual(empty.metrics(), { auroc: null, ap: null, aupro: null });
});
