import assert from 'node:assert/strict';
import test from 'node:test';
import { decide, isWrong, rocCurve, thresholdBelow } from '../../../src/explore/view/decision.js';
import { rankLabelled } from '../../../src/metrics/ranking.js';

const scores = [1, 2, 3, 4, 5, 3];
const labels = [0, 0, 1, 0, 1, null];

test('decide counts false alarms and misses, and leaves out images without a label', () => {
  assert.deepEqual(decide(scores, labels, 2.5), { threshold: 2.5, falseAlarms: 1, normal: 3, misses: 0, anomalous: 2 });
  assert.deepEqual(decide(scores, labels, 3), { threshold: 3, falseAlarms: 1, normal: 3, misses: 1, anomalous: 2 });
  assert.ok(isWrong(4, 0, 3) && isWrong(3, 1, 3) && !isWrong(3, null, 1));
});

test('rocCurve runs from (0, 0) to (1, 1) around the AUROC, ties in one step', () => {
  const tied = [1, 2, 2, 3, 5, 2];
  const points = rocCurve(tied, labels);
  assert.deepEqual(points[0], { falseAlarmRate: 0, found: 0 });
  assert.deepEqual(points.at(-1), { falseAlarmRate: 1, found: 1 });
  let area = 0;
  for (let i = 1; i < points.length; i++) {
    area += ((points[i].falseAlarmRate - points[i - 1].falseAlarmRate) * (points[i].found + points[i - 1].found)) / 2;
  }
  assert.equal(area, rankLabelled(tied, labels).auroc);
  assert.deepEqual(rocCurve([1, 2], [0, 0]), []);
});

test('thresholdBelow lies between the least anomalous score and the next lower one', () => {
  assert.equal(thresholdBelow(scores, 3), 2.5);
  assert.ok(thresholdBelow(scores, 1) < 1);
});
