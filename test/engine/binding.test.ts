import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { installBinding } from '../../src/engine/install/install.js';
import { temporaryFolder } from '../temporary.js';

const STUB = resolve('test/engine/stub-tensorflow');
const CHILD = fileURLToPath(new URL('./binding-child.js', import.meta.url));
const MAIN = resolve('build/src/cli/main.js');

interface Outcome {
  code: unknown;
  stdout: string;
  stderr: string;
}

function run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const options = { env: { ...process.env, LD_LIBRARY_PATH: '', ...env }, maxBuffer: 2 ** 26 };
  return new Promise((done) => {
    execFile(command, args, options, (error, stdout, stderr) => done({ code: error ? error.code : 0, stdout, stderr }));
  });
}

/** Unpacked like a wheel: headers, and a stub in the place of the libraries. */
async function fakeWheel(root: string): Promise<{ wheel: string; failure: string | null }> {
  const folder = join(root, 'wheel/tensorflow');
  await mkdir(folder, { recursive: true });
  await cp(join(STUB, 'include'), join(folder, 'include'), { recursive: true });
  await writeFile(join(root, 'empty.cc'), '');
  const libraries: [string, string][] = [
    ['libtensorflow_cc.so.2', join(STUB, 'stub.cc')],
    ['libtensorflow_framework.so.2', join(root, 'empty.cc')],
  ];
  for (const [name, source] of libraries) {
    const flags = ['-std=c++17', '-shared', '-fPIC', '-I', join(STUB, 'include'), `-Wl,-soname,${name}`];
    const { code, stderr } = await run('g++', [...flags, '-o', join(folder, name), source]);
    if (code !== 0) return { wheel: join(root, 'wheel'), failure: `g++: ${stderr.slice(0, 200) || String(code)}` };
  }
  return { wheel: join(root, 'wheel'), failure: null };
}

test('the binding builds against the libraries of a wheel, finds them wherever it is moved, and computes', async (t) => {
  const root = await temporaryFolder(t);
  const { wheel, failure } = await fakeWheel(root);
  if (failure) return t.skip(`no compiler (${failure})`);
  const notes: string[] = [];
  const folder = join(root, 'engines');
  const built = await installBinding('tensorflow', { wheel, folder, note: (text) => notes.push(text) }).catch(
    (error: Error) => error,
  );
  if (built instanceof Error && /npm install failed/.test(built.message)) {
    return t.skip(`the package cannot be had: ${built.message.slice(0, 300)}`);
  }
  assert.equal(built, join(folder, 'tensorflow'));
  assert.match(notes.join('\n'), /building @tensorflow\/tfjs-node 4\.22\.0 on TensorFlow/);

  const moved = join(root, 'moved');
  await rename(folder, moved);
  const child = await run(process.execPath, [CHILD], { SOFTPATCH_ENGINES: moved });
  assert.equal(child.code, 0, child.stderr);
  const found = JSON.parse(child.stdout.trim().split('\n').at(-1)!);
  assert.deepEqual(found, {
    about: 'TensorFlow stub (tfjs-node, cpu)',
    backend: 'tensorflow',
    software: false,
    facts: { TensorFlow: 'stub', device: 'cpu', 'tfjs-core': '4.22.0' },
    product: [1, 3, 3, 7],
    sum: [11, 22],
    unknown: found.unknown,
  });
  assert.match(found.unknown, /the stub has no op Relu/);
});

test('a folder that is no wheel, a library without the functions, and another engine are told apart', async (t) => {
  const root = await temporaryFolder(t);
  const tell = (...args: string[]): Promise<Outcome> =>
    run(process.execPath, [MAIN, 'engine', 'install', ...args], { SOFTPATCH_ENGINES: join(root, 'engines') });
  const empty = await tell('tensorflow', '--wheel', root);
  assert.equal(empty.code, 1);
  assert.match(empty.stderr, /libtensorflow_cc\.so\.2 is missing\. Give the folder of an unzipped tensorflow wheel/);
  const unknown = await tell('left-pad');
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /left-pad/);
  const { wheel, failure } = await fakeWheel(root);
  if (failure) return t.diagnostic(`no compiler: ${failure}`);
  const library = join(wheel, 'tensorflow/libtensorflow_cc.so.2');
  await cp(join(wheel, 'tensorflow/libtensorflow_framework.so.2'), library);
  const bare = await tell('tensorflow', '--wheel', wheel);
  assert.equal(bare.code, 1);
  assert.match(bare.stderr, /does not export TFE_NewContext\. Give the folder .* version 2\.13 to 2\.19/);
});

test('without Python or a compiler the command says what to install', async (t) => {
  const root = await temporaryFolder(t);
  const bin = join(root, 'bin');
  await mkdir(bin);
  const env = { SOFTPATCH_ENGINES: join(root, 'engines'), PATH: bin };
  const none = await run(process.execPath, [MAIN, 'engine', 'install', 'tensorflow'], env);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /there is no python3 here\. Install Python with pip .*--wheel DIR/s);
  const { wheel, failure } = await fakeWheel(root);
  if (failure) return t.diagnostic(`no compiler: ${failure}`);
  const bare = await run(process.execPath, [MAIN, 'engine', 'install', 'tensorflow', '--wheel', wheel], env);
  assert.match(bare.stderr, /there is no g\+\+ here\. Install a C\+\+ compiler with make/);
});
