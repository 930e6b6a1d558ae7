import assert from 'node:assert/strict';
import test from 'node:test';
import { continueGreedy } from '../../src/coreset/continue-greedy.js';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { openCategory } from '../../src/dataset/layouts.js';
import { discard } from '../../src/denoise/cut.js';
import { project } from '../../src/denoise/projection.js';
import { gather } from '../../src/detector/bank.js';
import { checkBankConfig } from '../../src/detector/config.js';
import { projectionFor, weigh } from '../../src/detector/fit-bank.js';
import { leaveOutScores } from '../../src/detector/leave-out.js';
import type { Detector } from '../../src/detector/model.js';
import { rowsHere } from '../../src/engine/rows.js';
import { evaluateConfig } from '../../src/experiment/config.js';
import { detect } from '../../src/experiment/detect.js';
import { extendDetector } from '../../src/experiment/extend.js';
import { fitDetector } from '../../src/experiment/fit.js';
import { openLab } from '../../src/experiment/lab.js';
import { featureReader } from '../../src/features/reader.js';
import { encodePng } from '../../src/image/codec.js';
import { createRandom } from '../../src/random.js';
import { temporaryFolder } from '../temporary.js';

test('a bank grown by new images holds its old rows, then those the continued selection picks; the threshold is of the new images', async (t) => {
  const root = await temporaryFolder(t);
  await writeDrawnCategory(root, 'bolt', { seed: 3, train: 18, good: 1, defective: 1, side: 64 }, encodePng);
  const { train } = await openCategory(root, 'bolt');
  const all = train.map((sample) => ({ ...sample, noise: false, augmentation: null }));
  const [before, after] = [all.slice(0, 10), all.slice(10)];
  const lab = await openLab({ engine: 'wasm', threads: 2 });
  t.after(() => lab.close());
  const features = { weights: { kind: 'random', seed: 0 }, preprocessing: { resize: 64, crop: 64 } } as const;
  for (const method of ['patchcore', 'softpatch-lof'] as const) {
    const config = evaluateConfig({ method, settings: { ratio: 0.1 }, features });
    const old = await fitDetector(lab, 'old', before, config);
    const { detector, added } = await extendDetector(lab, old, after, { name: 'new', seed: 5 });
    const bank = checkBankConfig(detector.settings);
    const reader = await featureReader(lab, config.features);
    const patches = await reader.patches(after);
    const random = createRandom(5);
    const weights = bank.discriminator ? (await weigh(lab, patches, bank, random)).weights : null;
    const kept = weights ? discard(weights, bank.tau).kept : undefined;
    const projection = projectionFor(random, 'coreset', 1024);
    const oldRows = old.tensors.bank.data as Float32Array;
    const [z, chosen] = await Promise.all(
      [await patches.rows(), oldRows].map(async (rows) => rowsHere(await project(lab.compute, rows, 1024, projection))),
    );
    const picks = await continueGreedy(lab.threads, z, 128, { chosen, count: Math.trunc(0.1 * patches.count), kept });
    assert.equal(added, picks.length);
    const fresh = gather({ rows: await patches.rows(), dimensions: 1024 }, picks, weights, bank);
    assert.deepEqual([...(detector.tensors.bank.data as Float32Array)], [...oldRows, ...fresh.rows]);
    const oldPicks = [...(old.tensors.picks.data as Int32Array)];
    const first = (Math.floor(Math.max(...oldPicks) / patches.positions) + 1) * patches.positions;
    assert.deepEqual(
      [...(detector.tensors.picks.data as Int32Array)],
      [...oldPicks, ...picks.map((pick) => pick + first)],
    );
    const oldWeights = old.tensors.weights?.data as Float32Array | undefined;
    assert.deepEqual(
      detector.tensors.weights?.data,
      oldWeights && Float32Array.from([...oldWeights, ...fresh.weights!]),
    );
    const rows = detector.tensors.bank.data as Float32Array;
    const own = {
      rows,
      picks: Int32Array.from([...oldPicks.map((pick) => pick - first), ...picks]),
      weights: (detector.tensors.weights?.data as Float32Array) ?? null,
    };
    const scores = await leaveOutScores(lab, patches, own, 1, [...after.keys()]);
    assert.deepEqual(
      detector.calibration.scores,
      [...scores].sort((a, b) => a - b),
    );
    assert.equal(detector.calibration.how, 'leave-one-out');
    assert.notEqual(detector.decisionThreshold, old.decisionThreshold);
  }
  const few = evaluateConfig({ method: 'softpatch-lof', settings: { ratio: 0.1 }, features });
  const detector = await fitDetector(lab, 'old', before, few);
  await assert.rejects(
    extendDetector(lab, detector, after.slice(0, 3), { name: 'new' }),
    /3 new images are too few .* Give 7 or more/,
  );
  await assert.rejects(
    extendDetector(lab, { ...detector, method: 'padim' }, after, { name: 'new' }),
    /padim has no memory bank/,
  );
});

test('scores of another kind are those of the grown bank without the image’s own rows', async (t) => {
  const root = await temporaryFolder(t);
  await writeDrawnCategory(root, 'bolt', { seed: 4, train: 10, good: 1, defective: 1, side: 64 }, encodePng);
  const { train } = await openCategory(root, 'bolt');
  const all = train.map((sample) => ({ ...sample, noise: false, augmentation: null }));
  const after = all.slice(6);
  const lab = await openLab({ engine: 'wasm', threads: 2 });
  t.after(() => lab.close());
  const config = evaluateConfig({
    method: 'patchcore',
    profile: 'anomalib',
    settings: { ratio: 0.1 },
    features: { weights: { kind: 'random', seed: 0 }, preprocessing: { resize: 64, crop: 64 } },
  });
  const old = await fitDetector(lab, 'old', all.slice(0, 6), config);
  const { detector } = await extendDetector(lab, old, after, { name: 'new' });
  const { bank, picks } = detector.tensors;
  const positions = 64;
  const first = Math.max(...(picks.data as Int32Array).slice(0, old.tensors.picks.data.length)) + 1;
  const start = Math.ceil(first / positions) * positions;
  const scores: number[] = [];
  for (const [image, { path }] of after.entries()) {
    const rows = [...picks.data.keys()].filter(
      (row) => Math.floor((Number(picks.data[row]) - start) / positions) !== image,
    );
    const d = bank.shape[1];
    const data = Float32Array.from(
      rows.flatMap((row) => [...(bank.data as Float32Array).subarray(row * d, (row + 1) * d)]),
    );
    const without: Detector = {
      ...detector,
      tensors: {
        bank: { dtype: 'F32', shape: [rows.length, d], data },
        picks: { dtype: 'I32', shape: [rows.length], data: Int32Array.from(rows, (row) => Number(picks.data[row])) },
      },
    };
    for await (const { score } of detect(lab, without, [path])) scores.push(score);
  }
  assert.deepEqual(
    detector.calibration.scores,
    scores.sort((a, b) => a - b),
  );
});
