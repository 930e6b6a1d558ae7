import assert from 'node:assert/strict';
import test from 'node:test';
import type { CellResult } from '../../src/paper/cell-file.js';
import { CLAIMS } from '../../src/paper/claims.js';
import { type Contrast, contrastOn } from '../../src/paper/contrast.js';
import { findingsPage } from '../../src/paper/findings-page.js';
import { experimentCells } from '../../src/paper/grid.js';
import { overall, verdictOf } from '../../src/paper/verdict.js';
import { createRandom } from '../../src/random.js';
import { madeUp, TIMING_RESULTS } from './paper-results.js';

const RESULTS = [
  ...experimentCells('all-settings', ['bolt', 'screw'], 3).map(madeUp),
  ...TIMING_RESULTS.map((result) => ({ ...result, config: madeUp(result.cell).config })),
];
const image = (one: string, other: string, noise = 0.1): Contrast => ({
  label: '',
  metric: 'image',
  terms: [
    { sign: 1, system: one, noise, overlap: true },
    { sign: -1, system: other, noise, overlap: true },
  ],
});

test('contrastOn pairs draws and sets the paper’s cells of the category beside', () => {
  const found = contrastOn(image('softpatch-lof', 'patchcore'), 'screw', RESULTS, createRandom(0))!;
  // .95 − .01 against .95 − .2 in every draw: what moves both moves nothing.
  assert.ok(Math.abs(found.mean - 0.19) < 1e-12);
  assert.equal(found.draws, 3);
  assert.ok(found.overDraws!.high - found.overDraws!.low < 1e-9, 'paired, so draws that are all lower do not widen it');
  assert.ok(Math.abs(found.paper! - (0.923 - 0.71)) < 1e-12);
  assert.equal(found.overImages, null, 'no scores, no bootstrap');
  assert.equal(contrastOn(image('softpatch-lof', 'patchcore'), 'bolt', RESULTS, createRandom(0))!.paper, undefined);
  assert.equal(contrastOn(image('softpatch-lof', 'patchcore', 0), 'screw', RESULTS, createRandom(0))!.paper, undefined);
  assert.equal(contrastOn(image('softpatch-lof', 'patchcore', 0.3), 'screw', RESULTS, createRandom(0)), null);
});

test('contrastOn counts only draws that have all terms', () => {
  const some = RESULTS.filter(({ cell }) => cell.system !== 'patchcore' || cell.draw === 1);
  const found = contrastOn(image('softpatch-lof', 'patchcore'), 'screw', some, createRandom(0))!;
  assert.deepEqual([found.draws, found.overDraws], [1, null]);
});

test('with scores on both sides test images are drawn again; another test set forbids it', () => {
  const scored = (result: CellResult, normal: number[], anomalous: number[]): CellResult => ({
    ...result,
    evaluate: { ...result.evaluate!, scores: { normal, anomalous } },
  });
  const both = (anomalous: number[]): CellResult[] =>
    RESULTS.map((result) => {
      if (!result.evaluate) return result;
      const good = result.cell.system === 'softpatch-lof';
      return scored(result, [0, 1, 2, 3], good ? [4, 5, 6] : anomalous);
    });
  const { overImages } = contrastOn(
    image('softpatch-lof', 'patchcore'),
    'screw',
    both([1.5, 0.5, 9]),
    createRandom(0),
  )!;
  // 1 against (2 + 1 + 4) of 12 pairs.
  assert.ok(Math.abs(overImages!.mean - (1 - 7 / 12)) < 1e-12);
  assert.ok(overImages!.low >= 0 && overImages!.low < overImages!.mean && overImages!.high > overImages!.mean);
  assert.equal(
    contrastOn(image('softpatch-lof', 'patchcore'), 'screw', both([1, 2]), createRandom(0))!.overImages,
    null,
  );
});

test('verdictOf needs every interval on one side; level claims need them within the margin', () => {
  const interval = (low: number, high: number) => ({ mean: (low + high) / 2, low, high });
  const of = (overDraws: [number, number] | null, overImages: [number, number] | null, level?: number) =>
    verdictOf(
      {
        draws: 3,
        mean: 0,
        overDraws: overDraws && interval(...overDraws),
        overImages: overImages && interval(...overImages),
      },
      level,
    );
  assert.equal(of([0.01, 0.02], null), 'for');
  assert.equal(of([0.01, 0.02], [-0.01, 0.04]), 'open');
  assert.equal(of([-0.02, -0.01], [-0.03, -0.01]), 'against');
  assert.equal(of(null, null), 'open');
  assert.equal(of([-0.02, 0.02], null, 0.03), 'for');
  assert.equal(of([-0.02, 0.04], null, 0.03), 'open');
  assert.equal(of([0.04, 0.06], null, 0.03), 'against');
});

test('overall says where a claim holds and where it does not', () => {
  const e = (where: string, verdict: 'for' | 'against' | 'open') => ({ where, verdict });
  assert.equal(overall([]), 'Not measured.');
  assert.equal(overall([e('a', 'for'), e('b', 'for')]), 'Holds.');
  assert.equal(overall([e('a', 'against')]), 'Does not hold.');
  assert.equal(overall([e('a', 'open')]), 'Not decided: every interval holds both answers.');
  const mixed = [e('a', 'for'), e('a', 'open'), e('b', 'against'), e('b', 'for'), e('c', 'for')];
  assert.equal(overall(mixed), 'Only in part. a: 1 of 2 hold (1 open); b: 1 of 2 hold (1 not); c: 1 of 1 hold.');
});

test('findingsPage: a section a claim, made-up numbers in their places', () => {
  const page = findingsPage(RESULTS);
  for (const { title } of CLAIMS) assert.ok(page.includes(title.replaceAll('*', '\\*')), title);
  // PatchCore falls .2, SoftPatch .01, the same in every draw.
  assert.match(
    page,
    /\| image: fall of PatchCore − fall of SoftPatch-LOF \| screw, ρ = 0\.1 \| – \| \+\.190 \| 3 \| \+\.190 … \+\.190 \| – \| holds \|/,
  );
  assert.match(page, /## 2\. SoftPatch stays level[\s\S]*?\*\*Holds\.\*\*/);
  assert.match(
    page,
    /\| image: PaDiM\\\*\+PaDiM\\\* − PaDiM\\\* \| screw \| −\.025 \|/,
    'no ρ where no system has one',
  );
  // 32 of 119 images leak; ours is .95 − .2 with draws .01 apart.
  assert.match(page, /\| screw \| 0\.1 \| \.731 \| \.710 \| \.740 ±\.010 \(n = 3\) \| \+\.009 \|/);
  assert.match(page, /\| PaDiM\\\*\+PatchCore \| screw, ρ = 0\.1 \| 3\.47 × \| 1\.52 × \|/);
  assert.match(page, /4 of its 8 columns equal Table 6/);
  assert.equal(findingsPage(RESULTS), page, 'seeded');
});
