import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { recordRun } from '../../src/cli/run-record.js';
import { below, temporaryFolder } from '../temporary.js';

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');
const run = { configuration: { seed: 3 }, engine: 'wasm', weights: ['aa', 'bb', 'aa'] } as const;

async function folder(context: TestContext): Promise<(...parts: string[]) => string> {
  const root = await temporaryFolder(context);
  return (...parts) => join(root, ...parts);
}

test('a record lies beside each output, with configuration, versions and hashes', async (context) => {
  const at = await folder(context);
  await writeFile(at('scores.csv'), 'path,score\n');
  await writeFile(at('a.png'), 'A');
  await writeFile(at('list.txt'), 'b.png\n');
  await mkdir(at('maps'));
  await recordRun(
    { record: true },
    {
      ...run,
      images: { scored: [at('a.png'), at('gone.png')], defects: [] },
      files: { exclude: at('list.txt'), model: undefined },
      outputs: [at('scores.csv'), undefined],
      folders: [at('maps'), undefined],
      failures: ['gone.png: there is no such file'],
    },
  );
  assert.deepEqual(await below(at()), ['a.png', 'list.txt', 'maps', 'maps/run.json', 'scores.csv', 'scores.run.json']);
  const text = await readFile(at('scores.run.json'), 'utf8');
  assert.equal(await readFile(at('maps/run.json'), 'utf8'), text);
  const { started, seconds, versions, ...rest } = JSON.parse(text);
  assert.ok(Date.parse(started) <= Date.now() && seconds > 0);
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));
  assert.equal(versions.softpatchLab, version);
  assert.equal(versions.node, process.version);
  assert.equal(versions.engine, 'wasm');
  assert.equal(versions.libraries.sharp, JSON.parse(await readFile('package.json', 'utf8')).dependencies.sharp);
  assert.deepEqual(rest, {
    format: 'softpatch-lab/run',
    version: 1,
    folder: process.cwd(),
    arguments: process.argv.slice(2),
    configuration: { seed: 3 },
    inputs: {
      weightsSha256: ['aa', 'bb'],
      images: { scored: { count: 2, sha256: sha256(`${sha256('A')}\n-\n`) } },
      files: [{ what: 'exclude', path: at('list.txt'), sha256: sha256('b.png\n') }],
    },
    outputs: [{ path: at('scores.csv'), sha256: sha256('path,score\n') }, { path: at('maps') }],
    failures: ['gone.png: there is no such file'],
  });
});

test('the record of another run stays: the next number is free', async (context) => {
  const at = await folder(context);
  await writeFile(at('run.json'), 'mine');
  await symlink('nowhere', at('run-2.json'));
  await Promise.all([1, 2].map(() => recordRun({ record: true }, { ...run, folders: [at()] })));
  assert.deepEqual(await below(at()), ['run-2.json', 'run-3.json', 'run-4.json', 'run.json']);
  assert.equal(await readFile(at('run.json'), 'utf8'), 'mine');
});

test('outputs that share a name share a record; streams have none, nor runs that were told so', async (context) => {
  const at = await folder(context);
  await writeFile(at('curve.csv'), '');
  await writeFile(at('curve.json'), '');
  await recordRun({ record: false }, { ...run, outputs: [at('curve.csv')], folders: [at()] });
  await recordRun({ record: true }, { ...run, outputs: ['-', '/dev/stdout', '/dev/null'] });
  assert.deepEqual(await below(at()), ['curve.csv', 'curve.json']);
  await recordRun({ record: true }, { ...run, outputs: [at('curve.csv'), at('curve.json'), '-'] });
  assert.deepEqual(await below(at()), ['curve.csv', 'curve.json', 'curve.run.json']);
});
