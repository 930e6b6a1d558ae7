import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { evaluateConfig } from '../../../src/experiment/config.js';
import { readResults } from '../../../src/explore/saved/results.js';
import { temporaryFolder } from '../../temporary.js';

const features = { weights: { kind: 'random', seed: 0 } } as const;
const shared = { category: 'bolt', config: evaluateConfig({ method: 'softpatch-lof', features }) };
const rates = { image: { auroc: 0.9, ap: 0.8, f1max: 0.7 }, pixel: { auroc: null, aupro: null } };
const images = [{ name: 'test/good/000.png', type: 'good', label: 0, score: 1.5 }];

test('an evaluation becomes one exact point, a sweep one result a row with its own k and ρ', async (t) => {
  const folder = await temporaryFolder(t);
  const [one, two] = [join(folder, 'one.json'), join(folder, 'two.json')];
  await writeFile(one, JSON.stringify({ ...shared, ...rates, images, timings: { total: 2 } }));
  const row = (point: object) => ({ ...rates, point });
  await writeFile(two, JSON.stringify({ ...shared, rows: [row({ tau: 0 }), row({ tau: 0.3, k: 3, ratio: 0.2 })] }));
  const [result] = await readResults(one);
  assert.deepEqual(result.stop, { judge: 'lof', k: 6, ratio: 0.1, noise: 0 });
  const point = { chosen: 0.15, image: 0.9, pixel: null, imageAp: 0.8, aupro: null, scores: [1.5], seconds: 2 };
  assert.deepEqual(result.exact, { curve: [], points: [point] });
  const swept = await readResults(two);
  assert.deepEqual(
    swept.map(({ stop: { k, ratio }, chosen, exact }) => ({ k, ratio, chosen, curve: exact.curve.length })),
    [
      { k: 6, ratio: 0.1, chosen: 0, curve: 1 },
      { k: 3, ratio: 0.2, chosen: 0.3, curve: 1 },
    ],
  );
});

test('what is no result is refused by its name', async (t) => {
  const folder = await temporaryFolder(t);
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  await assert.rejects(readResults(join(folder, 'none.json')), /cannot read result .*none\.json/);
  await assert.rejects(readResults(await file('text.json', 'τ')), /text\.json is not JSON/);
  await assert.rejects(readResults(await file('other.json', '{"category":"bolt"}')), /other\.json is no result/);
  const patchcore = { ...shared.config, method: 'patchcore' };
  const json = JSON.stringify({ ...shared, config: patchcore, ...rates, images, timings: { total: 2 } });
  await assert.rejects(readResults(await file('p.json', json)), /p\.json is of patchcore, which has no cut/);
});
