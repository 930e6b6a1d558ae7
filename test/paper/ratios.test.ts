import assert from 'node:assert/strict';
import test from 'node:test';
import { settingText } from '../../src/paper/captions.js';
import type { CellResult } from '../../src/paper/cell-file.js';
import { experimentCells } from '../../src/paper/grid.js';
import { atRatio, chosenResults, greedyRatio, ratiosOf, resultsOf } from '../../src/paper/ratios.js';
import { madeUp, madeUpConfig } from './paper-results.js';

/** Results at a ρ; flows and Gaussians have none, a random memory's is its own. */
function at(ratio: number, categories: string[], systems: string[] = []): CellResult[] {
  return experimentCells('table-6', categories, 2, systems).map((cell) => ({
    ...madeUp(cell),
    config: madeUpConfig(cell.system, ratio),
  }));
}
test('greedyRatio is a greedy coreset’s ρ, and null for systems without one', () => {
  const [padim, patchcore] = at(0.1, ['screw'], ['padim-star', 'patchcore']).filter(({ cell }) => cell.draw === 0);
  assert.deepEqual([greedyRatio(padim), greedyRatio(patchcore)], [null, 0.1]);
  assert.equal(greedyRatio({ ...padim, config: madeUpConfig('patchcore-random', 0.1) }), null);
  assert.equal(greedyRatio({ ...padim, config: {} }), null);
});

test('chosenResults takes the fullest ρ of each category, the larger of two, and never mixes', () => {
  const few = at(0.1, ['bottle', 'screw'], ['patchcore']);
  const whole = at(0.01, ['screw', 'tiles']);
  const bottle = at(0.02, ['bottle'], ['patchcore']);
  const all = [...few, ...whole, ...bottle];
  assert.deepEqual(ratiosOf(all), [0.1, 0.02, 0.01]);
  const chosen = chosenResults('table-6', all);
  const ratios = (category: string): number[] => ratiosOf(chosen.filter(({ cell }) => cell.category === category));
  assert.deepEqual([ratios('screw'), ratios('bottle'), ratios('tiles')], [[0.01], [0.1], [0.01]]);
  assert.equal(chosen.filter(({ cell }) => cell.category === 'screw').length, 16, 'systems without ρ are among them');
  assert.equal(settingText(chosen), 'resnet18, ρ = 0.1 (bottle), 0.01 (screw, tiles)');
  assert.equal(settingText(atRatio(chosen, 0.1)), 'resnet18, ρ = 0.1');
});

test('resultsOf leaves out the cells of other experiments', () => {
  const all = at(0.1, ['screw']);
  assert.equal(resultsOf('table-6', all).length, all.length);
  assert.equal(resultsOf('table-8', all).length, 0);
});
