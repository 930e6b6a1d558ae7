import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { readManifest } from '../../src/dataset/manifest.js';
import { InputError } from '../../src/errors.js';
import { temporaryFolder } from '../temporary.js';

const DRAW = { category: 'screw', images: ['test/scratch/000.png'], overlap: true, seed: 3 };

test('readManifest gives the draw back; r may be named ratio, as in draws from elsewhere', async (t) => {
  const folder = await temporaryFolder(t);
  for (const r of [{ noise: 0.1 }, { ratio: 0.1 }, { noise: 0.1, ratio: 7 }]) {
    const path = join(folder, 'noise.json');
    await writeFile(path, JSON.stringify({ ...DRAW, ...r }));
    assert.deepEqual(await readManifest(path), { ...DRAW, noise: 0.1 });
  }
});

for (const [what, text, message] of [
  ['no JSON', '{', /is not JSON.*Give \{"category", "noise", "images"\}/],
  ['no object', '[]', /noise\.json: .*Give/],
  ['no noise ratio', JSON.stringify(DRAW), /noise\.json: noise .*Give/],
  ['a negative one', JSON.stringify({ ...DRAW, noise: -1 }), /noise\.json: noise .*Give/],
  ['a negative one under its other name', JSON.stringify({ ...DRAW, ratio: -1 }), /noise\.json: noise .*Give/],
] as [string, string, RegExp][]) {
  test(`readManifest refuses ${what}, naming the file`, async (t) => {
    const path = join(await temporaryFolder(t), 'noise.json');
    await writeFile(path, text);
    await assert.rejects(readManifest(path), (error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, message);
      return true;
    });
  });
}
