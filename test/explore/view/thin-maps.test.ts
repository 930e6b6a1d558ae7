import assert from 'node:assert/strict';
import test from 'node:test';
import { thinned, thinSide } from '../../../src/analysis/thin.js';
import { anomalyMap } from '../../../src/detector/map.js';
import { mapAt, mapLines } from '../../../src/explore/view/thin-maps.js';
import { createRandom } from '../../../src/random.js';

for (const [grid, crop] of [
  [28, 224],
  [8, 67],
  [3, 9],
]) {
  test(`mapAt gives the thinned anomaly map of ${grid}² patches on ${crop} px`, () => {
    const random = createRandom(grid);
    const scores = Float32Array.from({ length: grid * grid }, () => 40 * random.next());
    const expected = thinned(anomalyMap(scores, grid, crop), crop);
    const lines = mapLines(grid, crop);
    assert.equal(lines.side, thinSide(crop));
    const map = new Float32Array(lines.side ** 2);
    mapAt(lines, scores, map);
    map.forEach((value, i) => {
      assert.ok(Math.abs(value - expected[i]) < 1e-3, `${i}: ${value}, ${expected[i]}`);
    });
  });
}
