import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { sweep } from '../../../src/analysis/sweep.js';
import type { Category } from '../../../src/dataset/category.js';
import { writeDrawnCategory } from '../../../src/dataset/drawn/write.js';
import { openCategory } from '../../../src/dataset/layouts.js';
import { type EvaluateConfig, evaluateConfig, type MethodChoice } from '../../../src/experiment/config.js';
import { type EvaluateResult, evaluate } from '../../../src/experiment/evaluate.js';
import { type Lab, openLab } from '../../../src/experiment/lab.js';
import { reportPage } from '../../../src/explore/saved/report.js';
import { fromEvaluation, readResults, type SavedResult } from '../../../src/explore/saved/results.js';
import { answer } from '../../../src/explore/view/answer.js';
import type { Base } from '../../../src/explore/view/base.js';
import { unpack } from '../../../src/explore/view/pack.js';
import type { Saved } from '../../../src/explore/view/saved.js';
import { encodePng } from '../../../src/image/codec.js';

let root: string;
let lab: Lab;
let category: Category;
let lof: EvaluateResult;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-report-'));
  await writeDrawnCategory(root, 'bracket', { seed: 2, train: 16, good: 6, defective: 3 }, encodePng);
  lab = await openLab({ threads: 2, cache: join(root, 'cache'), engine: 'wasm' });
  category = await openCategory(root, 'bracket');
  lof = await evaluate(lab, category, config({ method: 'softpatch-lof', settings: { tau: 0.2, ratio: 0.1 } }));
});
after(async () => {
  await lab.close();
  await rm(root, { recursive: true, force: true });
});

type Choice = { [Method in MethodChoice as Method['method']]: Omit<Method, 'features'> }[MethodChoice['method']];

function config(choice: Choice, noise = 0.25): EvaluateConfig {
  const features = { weights: { kind: 'random', seed: 0 }, preprocessing: { resize: 72, crop: 64 } } as const;
  return evaluateConfig({ ...choice, features, contamination: { noise, overlap: true } });
}

async function page(results: readonly SavedResult[]): Promise<{ html: string; data: Saved }> {
  const pieces: string[] = [];
  for await (const piece of reportPage(lab, category, results, ['--data', root])) pieces.push(piece);
  const html = pieces.join('');
  const [, json] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)!;
  return { html, data: JSON.parse(json) };
}

const baseOf = (packed: string): Base => unpack(gunzipSync(Buffer.from(packed, 'base64'))) as unknown as Base;

test('a report holds the exact results, what answers every other cut, and all images; nothing lies elsewhere', async () => {
  const curve = join(root, 'curve.json');
  const swept = await sweep(lab, category, lof.config, [{ tau: 0 }, { tau: 0.2 }, { tau: 0.4 }]);
  await writeFile(curve, JSON.stringify(swept));
  const { html, data } = await page([fromEvaluation(lof, 'lof'), ...(await readResults(curve))]);
  const key = 'lof 6 0.1 0.25';
  assert.deepEqual(Object.keys(data.bases), [key]);
  const { points, curve: exact } = data.exacts[key];
  assert.deepEqual(
    points.map(({ chosen, image, scores }) => [chosen, image, scores]),
    [[0.2, lof.image.auroc, lof.images.map(({ score }) => score)]],
  );
  assert.deepEqual(
    exact.map(({ chosen, image }) => [chosen, image]),
    swept.rows.map(({ point, image }) => [point.tau, image.auroc]),
  );
  const base = baseOf(data.bases[key]);
  assert.equal(answer(base, 0.2).cut.count, lof.diagnostics.patchesRemoved);
  const names = new Set([...base.train, ...base.test].map(({ name }) => name));
  assert.deepEqual(Object.keys(data.pictures).sort(), [...names].sort());
  assert.ok(Object.values(data.pictures).every((url) => url.startsWith('data:image/jpeg;base64,')));
  assert.equal(data.state.tau, 0.2);
  assert.deepEqual(data.session.options.join(' '), `--data ${root} --weights random --resize 72 --crop 64 --overlap`);
  assert.match(html, /Content-Security-Policy" content="default-src 'none'/);
  assert.doesNotMatch(html, /<(script|link|img)[^>]*(src|href)="(?!data:)/);
});

test('results of several judges and noise ratios stand side by side', async () => {
  const cleaned = await evaluate(lab, category, config({ method: 'witness', settings: { ratio: 0.1 } }, 0));
  const { data } = await page([fromEvaluation(lof, 'lof'), fromEvaluation(cleaned, 'witness')]);
  assert.deepEqual(data.session.stops, { judges: ['lof', 'witness'], ks: [6], ratios: [0.1], noises: [0, 0.25] });
});

test('a report refuses what its page would show wrongly', async () => {
  const refused = async (results: SavedResult[], why: RegExp): Promise<void> => {
    await assert.rejects(page(results), why);
  };
  const own = fromEvaluation(lof, 'a.json');
  const changed = (change: Partial<EvaluateResult>): SavedResult => fromEvaluation({ ...lof, ...change }, 'b.json');
  await refused([], /there is no result/);
  await refused([changed({ category: 'bolt' })], /b\.json is of bolt, not bracket/);
  await refused(
    [own, changed({ config: { ...lof.config, seed: 1 } })],
    /b\.json is of another category, network, seed/,
  );
  const hard = config({ method: 'softpatch-lof', settings: { tau: 0.2, ratio: 0.1, softWeights: false } });
  await refused([changed({ config: hard })], /b\.json sets softWeights, which a page does not follow/);
  const again = { ...lof.config, contamination: { ...lof.config.contamination, repeat: true } };
  await refused([changed({ config: again })], /b\.json sets contamination\.repeat/);
  await refused([changed({ images: lof.images.slice(1) })], /b\.json is of \d+ test images, the folder has/);
});
