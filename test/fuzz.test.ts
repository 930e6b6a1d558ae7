import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { readManifest } from '../src/dataset/manifest.js';
import { InputError } from '../src/errors.js';
import { decodeBmp } from '../src/image/bmp.js';
import { readPixels } from '../src/image/codec.js';
import { cellPath, readCell, writeCell } from '../src/paper/cell-file.js';
import { createRandom, type Random } from '../src/random.js';
import { readEntry, writeEntry } from '../src/storage/cache.js';
import { openSafetensors, type StoredTensor, writeSafetensors } from '../src/storage/safetensors.js';
import { spoilBytes, spoilJson } from './fuzz.js';
import { temporaryFolder } from './temporary.js';

/** Spoiled inputs a reader. Each must end in a clear error or a right answer; a hang or a crash fails the run. */
const INPUTS = 10_000;

/** Spoils bytes, or JSON text when it is JSON. */
function spoilText(value: unknown, random: Random): Buffer {
  const spoiled = JSON.stringify(spoilJson(value, random)) ?? '';
  return random.next() < 0.7 ? Buffer.from(spoiled) : spoilBytes(Buffer.from(JSON.stringify(value)), random);
}

/** Counts of what came out: both kinds must occur, else the spoiling tests nothing. */
interface Tally {
  read: number;
  refused: number;
}

/** Reads spoiled inputs one after another. @param read gives whether it was read; throws what it refuses with. */
async function feed(make: (random: Random) => Buffer, read: (input: Buffer) => Promise<boolean>): Promise<Tally> {
  const tally: Tally = { read: 0, refused: 0 };
  for (let i = 0; i < INPUTS; i++) {
    const random = createRandom(i).fork('fuzz');
    const input = make(random);
    try {
      tally[(await read(input)) ? 'read' : 'refused']++;
    } catch (error) {
      assert.fail(`input ${i} (${input.toString('base64').slice(0, 400)}): ${(error as Error).stack}`);
    }
  }
  assert.ok(tally.refused > INPUTS / 10, `${tally.refused} refused`);
  assert.ok(tally.read > 10, `${tally.read} read`);
  return tally;
}

/** A sentence of ours: an InputError without the words of a broken program. */
function isClear(error: unknown): boolean {
  if (!(error instanceof InputError)) throw error;
  assert.doesNotMatch(error.message, /undefined|\[object|Cannot read prop|is not a function|is not iterable/);
  return false;
}

const TENSORS: Record<string, StoredTensor> = {
  a: { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  b: { dtype: 'I64', shape: [2], data: BigInt64Array.of(1n, -2n) },
  c: { dtype: 'F16', shape: [3], data: Uint16Array.of(1, 2, 3) },
  d: { dtype: 'U8', shape: [], data: Uint8Array.of(9) },
};

/** A safetensors file spoiled in its header's JSON or in its bytes. */
function spoilSafetensors(bytes: Buffer, random: Random): Buffer {
  if (random.next() < 0.5) return spoilBytes(bytes, random);
  const length = Number(bytes.readBigUInt64LE());
  const header = spoilText(JSON.parse(bytes.subarray(8, 8 + length).toString()), random);
  const lead = Buffer.alloc(8);
  lead.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([lead, header, bytes.subarray(8 + length)]);
}

test('spoiled safetensors end in a clear error or in tensors that fill their shapes', async (t) => {
  const path = join(await temporaryFolder(t), 'a.safetensors');
  await writeSafetensors(path, TENSORS, { note: 'x' });
  const sound = readFileSync(path);
  await feed(
    (random) => spoilSafetensors(sound, random),
    async (input) => {
      await writeFile(path, input);
      try {
        const file = await openSafetensors(path);
        try {
          for (const name of file.names) {
            const { shape, data } = await file.read(name);
            assert.equal(
              data.length,
              shape.reduce((product, side) => product * side, 1),
            );
            assert.ok(data.byteLength <= input.length);
          }
          assert.ok(Object.values(file.metadata).every((value) => typeof value === 'string'));
        } finally {
          await file.close();
        }
        return true;
      } catch (error) {
        return isClear(error);
      }
    },
  );
});

test('spoiled cache entries are told and computed again, or are the entry', async (t) => {
  const path = join(await temporaryFolder(t), 'entry.safetensors');
  await writeEntry(path, TENSORS);
  const sound = readFileSync(path);
  await feed(
    (random) => (random.next() < 0.05 ? sound : spoilSafetensors(sound, random)),
    async (input) => {
      await writeFile(path, input);
      const told: string[] = [];
      const found = await readEntry(path, (why) => told.push(why));
      assert.equal(found === null, told.length === 1);
      if (found) assert.deepEqual(found, TENSORS, 'nothing else passes the checksum');
      return found !== null;
    },
  );
});

const KINDS = [
  '1-0',
  'L-0',
  'P16-0',
  'RGB-0',
  'RGBA-0',
  'rle8-0',
  'rle4-1',
  'rle8-skips',
  'fields-565-40',
  'os2-palette8',
];

test('spoiled BMPs end in a clear error or in all their pixels', async (t) => {
  const sound = KINDS.map((name) => readFileSync(`test/image/fixtures/files/${name}.bmp`));
  const path = join(await temporaryFolder(t), 'a.bmp');
  let reads = 0;
  await feed(
    (random) => spoilBytes(sound[random.integer(sound.length)], random),
    async (input) => {
      try {
        const { width, height, rgb, indices } = decodeBmp(input);
        // One byte holds at most eight pixels, two bytes of a run 255, four skip 255 rows.
        assert.ok(width * height <= Math.max(8, 64 * width) * input.length);
        assert.equal(rgb().length, width * height * 3);
        if (indices) assert.equal(indices.length, width * height);
        return true;
      } catch (error) {
        assert.doesNotMatch((error as Error).message, /undefined|out of range|Invalid typed array|not iterable/);
        if (reads++ % 50 === 0) {
          await writeFile(path, input);
          await readPixels(path).then(() => assert.ok(input[0] !== 0x42 || input.length < 26), isClear);
        }
        return false;
      }
    },
  );
});

test('spoiled noise manifests end in a clear error or in a manifest', async (t) => {
  const path = join(await temporaryFolder(t), 'noise.json');
  const draw = { angle: 1, shiftX: 0.1, shiftY: 0, scale: 1, shear: 0 };
  const manifest = {
    category: 'bolt',
    ratio: 0.1,
    images: ['test/rust/0.png', 'test/rust/1.png'],
    overlap: true,
    seed: 1,
  };
  await feed(
    (random) => spoilText({ ...manifest, augmentation: 'affine', draws: [draw, null] }, random),
    async (input) => {
      await writeFile(path, input);
      try {
        const read = await readManifest(path);
        assert.ok(typeof read.category === 'string' && read.noise >= 0);
        assert.ok(read.images.every((image) => typeof image === 'string'));
        return true;
      } catch (error) {
        return isClear(error);
      }
    },
  );
});

test('spoiled result files are told, or are what was written', async (t) => {
  const folder = await temporaryFolder(t);
  const cell = {
    kind: 'natural',
    category: 'screw',
    system: 'softpatch-lof',
    noise: 0,
    overlap: true,
    draw: 0,
  } as const;
  const key = '0123456789abcdef';
  await writeCell(folder, { key, cell, engine: 'wasm', config: { a: [1, 2, { b: null }] }, natural: { images: [] } });
  const path = cellPath(folder, cell, key);
  const sound = readFileSync(path);
  const written = await readCell(folder, cell, key);
  assert.ok(written);
  await feed(
    (random) => (random.next() < 0.05 ? sound : spoilText(JSON.parse(sound.toString()), random)),
    async (input) => {
      await writeFile(path, input);
      const told: string[] = [];
      const found = await readCell(folder, cell, key, (damaged) => told.push(damaged));
      assert.equal(found === null, told.length === 1);
      if (found) assert.deepEqual(found, written);
      return found !== null;
    },
  );
});
