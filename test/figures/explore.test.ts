import assert from 'node:assert/strict';
import test from 'node:test';
import type { TopLevelSpec } from 'vega-lite';
import { aurocView } from '../../src/figures/explore/auroc.js';
import { coresetView } from '../../src/figures/explore/coreset.js';
import { rocView } from '../../src/figures/explore/roc.js';
import { scoresView } from '../../src/figures/explore/scores.js';
import { weightsView } from '../../src/figures/explore/weights.js';
import { renderChart } from '../../src/figures/vega.js';

const now = [{ chosen: 0.1, metric: 'image', auroc: 0.9 }];
const VIEWS: Record<string, [TopLevelSpec, Record<string, object[]>, RegExp]> = {
  auroc: [aurocView('τ', [0, 0.5]), { preview: now, exact: now, points: now, now, chosen: [{ chosen: 0.1 }] }, /AUROC/],
  weights: [
    weightsView(),
    { bins: [{ from: 'defect patch', weight: 1, share: 1 }], cut: [{ weight: 1 }] },
    /defect patch/,
  ],
  scores: [scoresView(), { scores: [{ kind: 'nominal', score: 3 }], threshold: [{ score: 2 }] }, /leaked defect/],
  roc: [rocView(), { curve: [{ falseAlarmRate: 0, found: 0, at: 0 }], now: [] }, /defects found/],
  coreset: [coresetView(), { rows: [{ x: 0, y: 1, from: 'noise image', removed: 'kept' }] }, /nominal image/],
};

for (const [name, [spec, datasets, says]] of Object.entries(VIEWS)) {
  test(`the view ${name} draws its named data without a warning`, async () => {
    assert.match(await renderChart({ ...spec, datasets } as TopLevelSpec), says);
  });
}
