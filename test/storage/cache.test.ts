import assert from 'node:assert/strict';
import { readFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import {
  contentKey,
  entryPath,
  listCache,
  noCache,
  openCache,
  readEntry,
  trimCache,
  writeEntry,
} from '../../src/storage/cache.js';
import { openSafetensors, type StoredTensor, writeSafetensors } from '../../src/storage/safetensors.js';
import { below, temporaryFolder } from '../temporary.js';

const value = (x: number): Record<string, StoredTensor> => ({
  v: { dtype: 'F32', shape: [1], data: Float32Array.of(x) },
});
const read = (entry: Record<string, StoredTensor>): number => entry.v.data[0] as number;

test('remember computes once, and again when what it depends on changes', async (t) => {
  const folder = await temporaryFolder(t);
  const cache = openCache(folder);
  let computed = 0;
  const compute = async (): Promise<Record<string, StoredTensor>> => value(++computed);
  assert.equal(read(await cache.remember('weights', ['a', 1], compute)), 1);
  assert.equal(read(await cache.remember('weights', ['a', 1], compute)), 1);
  assert.equal(read(await cache.remember('weights', ['a', 2], compute)), 2);
  assert.equal(read(await openCache(folder).remember('weights', ['a', 1], compute)), 1, 'another process finds it');
  assert.deepEqual(cache.counts.weights, { reused: 1, computed: 2, damaged: 0 });
  assert.equal(read(await noCache().remember('weights', ['a', 1], compute)), 3);
});

test('a damaged entry is computed again with a warning: truncated, flipped, or garbage', async (t) => {
  const folder = await temporaryFolder(t);
  const path = entryPath(folder, 'picks', contentKey(['k']));
  const spoils: (() => Promise<void>)[] = [
    () => truncate(path, 30),
    () => writeFile(path, 'garbage'),
    async () => {
      const bytes = await readFile(path);
      bytes[bytes.length - 1] ^= 1;
      await writeFile(path, bytes);
    },
  ];
  for (const spoil of spoils) {
    await openCache(folder).remember('picks', ['k'], async () => value(1));
    await spoil();
    const warnings: string[] = [];
    const cache = openCache(folder, (text) => warnings.push(text));
    assert.equal(read(await cache.remember('picks', ['k'], async () => value(7))), 7);
    assert.match(warnings.join(), /is damaged \(.+\); computing it again/);
    assert.equal(cache.counts.picks?.damaged, 1);
    assert.equal(read(await openCache(folder).remember('picks', ['k'], async () => value(9))), 7, 'it was mended');
    await writeFile(path, '');
  }
});

test('entries of earlier releases, which hold one checksum, are read, and their damage is found', async (t) => {
  const path = join(await temporaryFolder(t), 'entry.safetensors');
  const tensors: Record<string, StoredTensor> = {
    values: { dtype: 'F32', shape: [3], data: Float32Array.of(1, 2, 3) },
  };
  await writeEntry(path, tensors);
  const file = await openSafetensors(path);
  const { checksum, crc32 } = file.metadata;
  await file.close();
  assert.equal(crc32, '5997843d');
  await writeSafetensors(path, tensors, { checksum });
  assert.deepEqual(await readEntry(path, assert.fail), tensors);
  await writeSafetensors(path, { values: { ...tensors.values, data: Float32Array.of(1, 2, 4) } }, { checksum });
  const told: string[] = [];
  assert.equal(await readEntry(path, (why) => told.push(why)), null);
  assert.match(told[0], /checksum differs/);
});

test('an entry is read where it is wanted, if it has that length', async (t) => {
  const path = join(await temporaryFolder(t), 'entry.safetensors');
  const tensors: Record<string, StoredTensor> = {
    values: { dtype: 'F32', shape: [3], data: Float32Array.of(1, 2, 3) },
    other: { dtype: 'I32', shape: [1], data: Int32Array.of(7) },
  };
  await writeEntry(path, tensors);
  const room = new Float32Array(new SharedArrayBuffer(20));
  const found = await readEntry(path, assert.fail, { values: room.subarray(1, 4) });
  assert.deepEqual([...room], [0, 1, 2, 3, 0]);
  assert.equal(found?.values.data.buffer, room.buffer);
  assert.deepEqual(found?.other, tensors.other);
  const told: string[] = [];
  assert.equal(await readEntry(path, (why) => told.push(why), { values: room }), null);
  assert.equal(await readEntry(path, (why) => told.push(why), { other: room.subarray(0, 1) }), null);
  assert.match(told.join(), /"values" is not 5 floats.*"other" is not 1 floats/s);
});

test('a computation that fails stores nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const failing = openCache(folder).remember('weights', [1], async () => {
    throw new Error('no');
  });
  await assert.rejects(failing, /no/);
  assert.deepEqual(await below(folder), []);
});

test('many writers of one entry do not harm each other', async (t) => {
  const folder = await temporaryFolder(t);
  const writers = Array.from({ length: 20 }, () =>
    openCache(folder).remember('weights', ['same'], async () => value(5)),
  );
  for (const entry of await Promise.all(writers)) assert.equal(read(entry), 5);
  assert.equal((await listCache(folder)).length, 1);
});

test('trimCache removes the least recently used first, and leaves other files alone', async (t) => {
  const folder = await temporaryFolder(t);
  const cache = openCache(folder);
  for (let i = 0; i < 4; i++) {
    await cache.remember('features', [i], async () => value(i));
    const used = new Date(Date.now() - (10 - i) * 1000);
    await utimes(entryPath(folder, 'features', contentKey([i])), used, used);
  }
  await writeFile(join(folder, 'mine.txt'), 'not an entry');
  await cache.remember('features', [0], async () => value(99));
  const each = (await listCache(folder))[0].bytes;
  assert.equal(await trimCache(folder, 2 * each), 2 * each);
  const left = [0, 1, 2, 3].map(async (i) => (await openCache(folder).find('features', [i])) !== null);
  assert.deepEqual(await Promise.all(left), [true, false, false, true], 'the one just used stayed');
  assert.ok((await below(folder)).includes('mine.txt'));
});
