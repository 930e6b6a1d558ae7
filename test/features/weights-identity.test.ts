import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { rm, utimes, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { InputError } from '../../src/errors.js';
import { weightsIdentity } from '../../src/features/weights-identity.js';
import { temporaryFolder } from '../temporary.js';

const of = (path: string): Promise<string> =>
  weightsIdentity({ backbone: 'resnet18', weights: { kind: 'file', path } });
const drawn = (backbone: string, seed: number): Promise<string> =>
  weightsIdentity({ backbone, weights: { kind: 'random', seed } });
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Gives the streams that were opened since. */
function watchStreams(t: TestContext): () => fs.ReadStream[] {
  const { mock } = t.mock.method(fs, 'createReadStream');
  syncBuiltinESMExports();
  t.after(() => {
    mock.restore();
    syncBuiltinESMExports();
  });
  return () => mock.calls.map(({ result }) => result!);
}

test('it is the SHA-256 of the file’s bytes, read once in pieces, also when asked twice at the same time', async (t) => {
  const path = join(await temporaryFolder(t), 'weights.safetensors');
  const bytes = Buffer.alloc(5 * 2 ** 20, 'weights');
  await writeFile(path, bytes);
  const opened = watchStreams(t);
  const all = [...(await Promise.all([of(path), of(path)])), await of(path)];
  assert.deepEqual(all, Array(3).fill(sha256(bytes)));
  const [stream, ...others] = opened();
  assert.deepEqual(others, []);
  assert.equal(stream.bytesRead, bytes.length);
  assert.ok(stream.readableHighWaterMark < bytes.length / 4, 'never whole in memory');
});

test('a file is read again when its size or time changed, and only then', async (t) => {
  const path = join(await temporaryFolder(t), 'weights.safetensors');
  const write = async (text: string, time: number): Promise<string> => {
    await writeFile(path, text);
    await utimes(path, time, time);
    return of(path);
  };
  const first = await write('one', 1e9);
  assert.equal(first, sha256(Buffer.from('one')));
  assert.equal(await write('two', 1e9), first, 'same path, size and time: remembered');
  assert.equal(await write('two', 1e9 + 1), sha256(Buffer.from('two')));
  assert.equal(await write('three', 1e9 + 1), sha256(Buffer.from('three')));
});

test('random weights are told apart by backbone and seed and need no file', async (t) => {
  const opened = watchStreams(t);
  const all = await Promise.all([drawn('resnet18', 0), drawn('resnet18', 1), drawn('resnet50', 0)]);
  assert.equal(new Set(all).size, 3);
  for (const identity of all) assert.match(identity, /^[0-9a-f]{64}$/);
  assert.equal(await drawn('resnet18', 0), all[0]);
  assert.deepEqual(opened(), []);
});

test('a missing file and a folder are one clear error each, and are not remembered', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'weights.safetensors');
  const refused = (what: string, message: RegExp): Promise<void> =>
    assert.rejects(of(what), (error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.message, message);
      assert.ok(error.message.includes(what) && !error.message.includes('\n'));
      return true;
    });
  await refused(path, /^cannot read the weights .*: there is no such file\. Check the path/);
  await refused(folder, /^the weights .* are not a file.*Give a \.safetensors file/);
  await writeFile(path, 'here');
  assert.equal(await of(path), sha256(Buffer.from('here')));
  await rm(path);
  await refused(path, /^cannot read the weights .*: there is no such file/);
});
