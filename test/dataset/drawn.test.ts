import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { SCENES } from '../../src/dataset/drawn/scenes.js';
import { drawPicture, writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { openCategory } from '../../src/dataset/layouts.js';
import { decodeRgb, encodePng } from '../../src/image/codec.js';
import { createRandom } from '../../src/random.js';
import { below, temporaryFolder } from '../temporary.js';

const TINY = { seed: 5, train: 2, good: 1, defective: 1 };

test('a drawn mask is exactly where the defect changed the picture, and every type leaves a mark', () => {
  for (const [name, scene] of Object.entries(SCENES)) {
    for (const [type, defect] of Object.entries(scene.defects)) {
      for (let seed = 0; seed < 4; seed++) {
        const random = createRandom(seed).fork(name);
        const clean = drawPicture(scene, random, 256).pixels;
        const { pixels, mask } = drawPicture(scene, random, 256, defect);
        const changed = mask.reduce((count, value) => count + (value ? 1 : 0), 0);
        assert.ok(changed > 20 && changed < 65536 / 10, `${name} ${type}: ${changed} pixels`);
        for (let p = 0; p < mask.length; p++) {
          const same =
            pixels[3 * p] === clean[3 * p] &&
            pixels[3 * p + 1] === clean[3 * p + 1] &&
            pixels[3 * p + 2] === clean[3 * p + 2];
          if ((mask[p] === 0) !== same) assert.fail(`${name} ${type}: pixel ${p}`);
        }
      }
    }
  }
});

test('writeDrawnCategory writes a category that opens, the same bytes each time, and refuses to overwrite', async (t) => {
  const folder = await temporaryFolder(t);
  await writeDrawnCategory(join(folder, 'a'), 'bolt', TINY, encodePng);
  await writeDrawnCategory(join(folder, 'b'), 'bolt', TINY, encodePng);
  const files = (await below(join(folder, 'a'))).filter((file) => file.endsWith('.png'));
  assert.equal(files.length, 2 + 1 + 3 + 3);
  for (const file of files)
    assert.deepEqual(await readFile(join(folder, 'a', file)), await readFile(join(folder, 'b', file)));
  const category = await openCategory(join(folder, 'a'), 'bolt');
  assert.deepEqual([category.train.length, category.test.length, category.masked], [2, 4, true]);
  const defective = category.test.find(({ label }) => label === 1)!;
  const mask = await decodeRgb(defective.mask!);
  assert.ok(mask.data.every((value) => value === 0 || value === 255) && mask.data.includes(255));
  assert.equal((await decodeRgb(defective.path)).channels, 3);
  await assert.rejects(writeDrawnCategory(join(folder, 'a'), 'bolt', TINY, encodePng), /bolt exists already/);
  await assert.rejects(writeDrawnCategory(folder, 'car', TINY, encodePng), /no drawn category "car"/);
});

test('a drawing that fails halfway leaves nothing', async (t) => {
  const folder = await temporaryFolder(t);
  let left = 3;
  const failing: typeof encodePng = (image) => {
    if (--left < 0) throw Object.assign(new Error('write'), { code: 'ENOSPC' });
    return encodePng(image);
  };
  await assert.rejects(writeDrawnCategory(folder, 'bolt', TINY, failing), /the disk is full/);
  assert.deepEqual(await below(folder), []);
});
