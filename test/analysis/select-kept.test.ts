import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { selectKept } from '../../src/analysis/select-kept.js';
import { discard } from '../../src/denoise/cut.js';
import { bankConfig } from '../../src/detector/config.js';
import { fitBank, weigh } from '../../src/detector/fit-bank.js';
import { openLab } from '../../src/experiment/lab.js';
import type { TrainingPatches } from '../../src/features/reader.js';
import { sharedFloats } from '../../src/kernels/arena.js';
import { createRandom } from '../../src/random.js';

const DIMENSIONS = 48;
const POSITIONS = 40;
const random = createRandom(9);
const values = sharedFloats(20 * POSITIONS * DIMENSIONS);
for (let i = 0; i < values.length; i++) values[i] = random.normal() * (i % DIMENSIONS < 6 ? 4 : 0.3);
// Some pictures twice: rows that are equal tie.
values.copyWithin(15 * POSITIONS * DIMENSIONS, 0, 3 * POSITIONS * DIMENSIONS);
const patches: TrainingPatches = {
  count: 20 * POSITIONS,
  positions: POSITIONS,
  dimensions: DIMENSIONS,
  key: 'patches of the test',
  rows: async () => values,
  stay: async () => values,
};

for (const sampler of ['greedy', 'exact', 'random'] as const) {
  test(`coresets of any τ, in any order and whatever is remembered, are those of fresh fits: ${sampler}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'softpatch-select-'));
    const [fresh, lab] = await Promise.all([openLab({ threads: 2 }), openLab({ threads: 2, cache: folder })]);
    try {
      const config = bankConfig('softpatch-lof', 'release', { sampler, ratio: 0.2 });
      const { weights } = await weigh(fresh, patches, config, createRandom(4));
      const draw = createRandom(1);
      for (let round = 0; round < 4; round++) {
        const taus = Array.from({ length: 3 }, () => draw.integer(10) / 20);
        const keeps = taus.map((tau) => (tau > 0 ? discard(weights, tau).kept : null));
        const selected = await selectKept(lab, patches, config, keeps, createRandom(4));
        for (const [i, tau] of taus.entries()) {
          const fit = { ...config, tau };
          const { bank } = await fitBank(fresh, patches, fit, createRandom(4));
          assert.deepEqual(selected[i], bank.picks, `τ = ${tau} after ${taus.slice(0, i)}`);
          // A fit finds what was selected.
          const before = lab.cache.counts.picks!.reused;
          const { bank: again } = await fitBank(lab, patches, fit, createRandom(4));
          assert.deepEqual(again.picks, bank.picks);
          assert.equal(lab.cache.counts.picks!.reused, before + 1);
        }
      }
    } finally {
      await Promise.all([fresh.close(), lab.close()]);
      await rm(folder, { recursive: true });
    }
  });
}
