import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { encodePng, imageSize } from '../../src/image/codec.js';
import { binariseMask, loadMask } from '../../src/image/mask.js';
import { gatherMaskDoubts } from '../../src/image/mask-doubts.js';
import { readMask } from '../../src/image/mask-file.js';
import { writeAtomically } from '../../src/storage/atomic.js';
import { temporaryFolder } from '../temporary.js';

/** One mask, a block of 6 × 5 at (5, 4) in 20 × 16, in every way people store it: see fixtures/make.py. */
const MASKS = 'test/image/fixtures/masks';
const [WIDTH, HEIGHT] = [20, 16];
const block = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, p) => {
  const [x, y] = [p % WIDTH, Math.floor(p / WIDTH)];
  return x >= 5 && x < 11 && y >= 4 && y < 9 ? 255 : 0;
});

test('the same mask reads the same however it is stored: 0/1, RGB, palettes, alpha, depth, labels, turned', async (t) => {
  const names = readdirSync(MASKS);
  assert.ok(names.length >= 35);
  for (const name of names.filter((file) => !/lossy/.test(file))) {
    await t.test(name, async () => {
      const { mask, doubts } = await readMask(join(MASKS, name));
      assert.deepEqual([mask.width, mask.height], [WIDTH, HEIGHT]);
      assert.deepEqual([...mask.data], [...block]);
      const expected = /^labels/.test(name) ? ['labels'] : /^jpeg/.test(name) ? ['lossy'] : [];
      assert.deepEqual(doubts, expected);
    });
  }
});

test('a lossy WebP mask keeps its block to a pixel at the edge', async () => {
  const { mask, doubts } = await readMask(join(MASKS, 'lossy.webp'));
  assert.deepEqual(doubts, ['lossy']);
  assert.ok(mask.data.every((value) => value === 0 || value === 255));
  const wrong = mask.data.filter((value, p) => value !== block[p]).length;
  assert.ok(wrong <= 6, `${wrong} pixels differ`);
});

test('values 0 and 1 survive every mask mode', async () => {
  const square = { resize: 16, crop: 16, filter: 'bilinear' } as const;
  for (const mode of ['nearest', 'half', 'eroded255'] as const) {
    const whole = binariseMask((await readMask(join(MASKS, '255.png'))).mask, square, mode);
    const ones = binariseMask((await readMask(join(MASKS, '1.png'))).mask, square, mode);
    assert.deepEqual(ones, whole, mode);
    assert.equal(whole.filter(Boolean).length, 30, mode);
  }
});

test('soft edges keep their levels, stretched to 255; labels below half of the range do not', async (t) => {
  const folder = await temporaryFolder(t);
  const write = async (name: string, values: number[]): Promise<string> => {
    const data = Uint8Array.from({ length: 100 }, (_, i) => values[i] ?? 0);
    await writeAtomically(join(folder, name), await encodePng({ width: 10, height: 10, channels: 1, data }));
    return join(folder, name);
  };
  const soft = await readMask(await write('soft.png', [1, 90, 180, 200]));
  assert.deepEqual([[...soft.mask.data.subarray(0, 5)], soft.doubts], [[1, 115, 230, 255, 0], ['levels']]);
  const labels = await readMask(await write('labels.png', [1, 2, 100]));
  assert.deepEqual([[...labels.mask.data.subarray(0, 4)], labels.doubts], [[255, 255, 255, 0], ['labels']]);
  const two = await readMask(await write('two.png', [3]));
  assert.deepEqual([[...two.mask.data.subarray(0, 2)], two.doubts], [[255, 0], []]);
  const empty = await readMask(await write('empty.png', []));
  assert.deepEqual([empty.mask.data.includes(255), empty.doubts], [false, ['empty']]);
  const inverted = await readMask(await write('inverted.png', Array(70).fill(255)));
  assert.deepEqual(inverted.doubts, ['inverted']);
});

test('a palette whose index 0 is bright is said to be so, and index 0 stays good', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'a.bmp');
  const header = Buffer.alloc(62);
  header.write('BM');
  for (const [at, value] of [
    [2, 62 + 32],
    [10, 62],
    [14, 40],
    [18, 8],
    [22, 8],
    [26, 1 | (1 << 16)],
    [54, 0xffffff],
    [58, 0],
  ])
    header.writeUInt32LE(value, at);
  // Rows from below: index 1 (black) in the topmost row's first pixel.
  const rows = Buffer.alloc(32);
  rows[28] = 0x80;
  await writeAtomically(path, Buffer.concat([header, rows]));
  const { mask, doubts } = await readMask(path);
  assert.deepEqual([...mask.data.subarray(0, 2)], [255, 0]);
  assert.deepEqual(doubts, ['palette order']);
});

test('a folder of masks is their union; sizes must agree', async (t) => {
  const folder = join(await temporaryFolder(t), '000');
  await mkdir(folder);
  await assert.rejects(readMask(folder), /mask folder .*000 is empty/);
  await cp(join(MASKS, '1.png'), join(folder, '000.png'));
  const data = new Uint8Array(WIDTH * HEIGHT);
  data[0] = 9;
  const encoded = await encodePng({ width: WIDTH, height: HEIGHT, channels: 1, data });
  await writeAtomically(join(folder, '001.png'), encoded);
  const { mask, doubts } = await readMask(folder);
  assert.deepEqual([...mask.data], [255, ...block.subarray(1)]);
  assert.deepEqual(doubts, []);
  const other = await encodePng({ width: 9, height: 9, channels: 1, data: new Uint8Array(81) });
  await writeAtomically(join(folder, '002.png'), other);
  await assert.rejects(readMask(folder), /of different sizes/);
});

test('loadMask gathers doubts with file names, one sentence a kind', async () => {
  const doubts = gatherMaskDoubts();
  const preprocessing = { resize: 16, crop: 16, filter: 'bilinear' } as const;
  for (const name of ['jpeg60.jpg', 'labels.png', 'jpeg95.jpg']) {
    const path = join(MASKS, name);
    await loadMask(path, { path, ...(await imageSize(path)) }, preprocessing, 'nearest', doubts);
  }
  assert.deepEqual(doubts.sentences(), [
    `2 masks are lossy; they are cut at half of their largest value, the first is ${join(MASKS, 'jpeg60.jpg')}`,
    `mask ${join(MASKS, 'labels.png')} holds several labels; every value but 0 counts as defect`,
  ]);
  assert.deepEqual(doubts.files('labels'), [join(MASKS, 'labels.png')]);
});
