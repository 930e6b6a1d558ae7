import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { floatFromHalf, halfFromFloat } from '../../src/storage/half.js';
import { openSafetensors, writeSafetensors } from '../../src/storage/safetensors.js';
import { below, temporaryFolder } from '../temporary.js';

test('writeSafetensors and openSafetensors give back tensors, shapes and metadata', async (t) => {
  const path = join(await temporaryFolder(t), 'a.safetensors');
  await writeSafetensors(
    path,
    {
      a: { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
      b: { dtype: 'I32', shape: [2], data: Int32Array.of(-1, 7) },
      h: { dtype: 'F16', shape: [2], data: Uint16Array.of(0x3c00, 0xc000) },
    },
    { note: 'ü' },
  );
  const file = await openSafetensors(path);
  assert.deepEqual(file.names, ['a', 'b', 'h']);
  assert.deepEqual(file.metadata, { note: 'ü' });
  assert.deepEqual(file.shape('a'), [2, 3]);
  assert.deepEqual([...(await file.readFloats('a'))], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual([...(await file.read('b')).data], [-1, 7]);
  assert.deepEqual([...(await file.readFloats('h'))], [1, -2]);
  await assert.rejects(file.readFloats('b'), /tensor "b" is I32, not a float/);
  await file.close();
});

const header = (json: string, data = ''): Buffer => {
  const lead = Buffer.alloc(8);
  lead.writeBigUInt64LE(BigInt(Buffer.byteLength(json)));
  return Buffer.concat([lead, Buffer.from(json), Buffer.from(data)]);
};
const terabyte = Buffer.alloc(16);
terabyte.writeBigUInt64LE(1_000_000_000_000n);

for (const [what, bytes, message] of [
  ['a header that claims a terabyte', terabyte, /header claims 1000000000000 bytes, the file has 16/],
  ['an empty file', Buffer.alloc(0), /shorter than its header/],
  ['a header that is not JSON', header('{nope'), /header is not JSON/],
  [
    'a tensor past the end',
    header('{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}', '1234'),
    /"x" ends 12 bytes past/,
  ],
  [
    'a shape that does not fit',
    header('{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,4]}}', '1234'),
    /does not fill its shape/,
  ],
  ['an unknown type', header('{"x":{"dtype":"Q4","shape":[1],"data_offsets":[0,4]}}', '1234'), /unknown type Q4/],
  ['a negative offset', header('{"x":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}}', '1'), /bad shape or offset/],
] as const) {
  test(`openSafetensors refuses ${what}`, async (t) => {
    const path = join(await temporaryFolder(t), 'bad.safetensors');
    await writeFile(path, bytes);
    await assert.rejects(
      openSafetensors(path),
      (error: Error) => message.test(error.message) && error.message.includes(path),
    );
  });
}

test('writeSafetensors leaves nothing behind when a tensor does not fit', async (t) => {
  const folder = await temporaryFolder(t);
  const wrong = { a: { dtype: 'F32', shape: [5], data: new Float32Array(4) } } as const;
  await assert.rejects(writeSafetensors(join(folder, 'x'), wrong), RangeError);
  assert.deepEqual(await below(folder), []);
});

test('halfFromFloat rounds every half to itself and ties to even', () => {
  for (let bits = 0; bits < 0x7c00; bits++) assert.equal(halfFromFloat(floatFromHalf(bits)), bits);
  assert.equal(halfFromFloat(1 + 2 ** -11), 0x3c00);
  assert.equal(halfFromFloat(1 + 3 * 2 ** -11), 0x3c02);
  assert.equal(halfFromFloat(-1e6), 0xfc00);
  assert.equal(halfFromFloat(2 ** -25), 0);
  assert.ok(Number.isNaN(floatFromHalf(halfFromFloat(Number.NaN))));
});

test('a written file is the same bytes each time', async (t) => {
  const folder = await temporaryFolder(t);
  const tensors = { a: { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) } } as const;
  for (const name of ['1', '2']) await writeSafetensors(join(folder, name), tensors, { k: 'v' });
  assert.deepEqual(await readFile(join(folder, '1')), await readFile(join(folder, '2')));
});
