import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { drawMissingCategories } from '../../src/cli/draw.js';
import { SILENT } from '../../src/progress.js';
import { softpatch } from './command.js';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softpatch-draw-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('two processes that draw the same at once both go on, and a category that is there is left alone', async () => {
  const draw = (): Promise<void> => drawMissingCategories(folder, SILENT, ['bracket']);
  await Promise.all([draw(), draw()]);
  assert.deepEqual(await readdir(folder), ['bracket'], 'nothing half-written is left');
  const picture = join(folder, 'bracket/train/good/000.png');
  const { mtimeMs } = await stat(picture);
  await draw();
  assert.equal((await stat(picture)).mtimeMs, mtimeMs);
});

test('what keeps a category from being drawn is told', async () => {
  const file = join(folder, 'file');
  await writeFile(file, 'in the way');
  await assert.rejects(drawMissingCategories(file, SILENT, ['bracket']), /file/);
  assert.equal(await readFile(file, 'utf8'), 'in the way');
});

test('softpatch data draw NAME… draws these alone, and refuses what it cannot draw', async () => {
  const size = ['--train', '2', '--good', '1', '--defective', '1'];
  const own = join(folder, 'own');
  const { code, stderr } = await softpatch(['data', 'draw', 'bolt', 'weave', '--to', own, ...size]);
  assert.equal(code, 0, stderr);
  assert.deepEqual((await readdir(own)).sort(), ['bolt', 'weave']);
  const unknown = await softpatch(['data', 'draw', 'nut', '--to', own, ...size]);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /no drawn category "nut"/);
});
