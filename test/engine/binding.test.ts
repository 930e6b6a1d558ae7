import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { temporaryFolder } from '../temporary.js';

const STUB = resolve('test/engine/stub-tensorflow');
const SCRIPT = resolve('scripts/tensorflow-from-wheel.mjs');
const PACKAGE = '@tensorflow/tfjs-node';

function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 2 ** 26, timeout: 240_000 };
  return new Promise((done) => {
    execFile(command, args, options, (error, stdout, stderr) => done({ code: error ? error.code : 0, stdout, stderr }));
  });
}

/** Unpacked like a wheel: headers, and a stub in the place of the libraries. */
async function fakeWheel(root: string): Promise<{ wheel: string; failure: string | null }> {
  const folder = join(root, 'wheel/tensorflow');
  await mkdir(join(root, 'wheel/nvidia/cublas/lib'), { recursive: true });
  await cp(join(STUB, 'include'), join(folder, 'include'), { recursive: true });
  await writeFile(join(root, 'empty.cc'), '');
  const libraries: [string, string][] = [
    ['libtensorflow_cc.so.2', join(STUB, 'stub.cc')],
    ['libtensorflow_framework.so.2', join(root, 'empty.cc')],
  ];
  for (const [name, source] of libraries) {
    const flags = ['-std=c++17', '-shared', '-fPIC', '-I', join(STUB, 'include'), `-Wl,-soname,${name}`];
    const { code, stderr } = await run('g++', [...flags, '-o', join(folder, name), source], root);
    if (code !== 0) return { wheel: join(root, 'wheel'), failure: `g++: ${stderr.slice(0, 200) || String(code)}` };
  }
  return { wheel: join(root, 'wheel'), failure: null };
}

test('the binding builds against the libraries of a wheel, registers, and computes', async (t) => {
  const root = await temporaryFolder(t);
  const { wheel, failure } = await fakeWheel(root);
  if (failure) return t.skip(`no compiler (${failure})`);
  const project = join(root, 'project');
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{"private": true, "type": "module"}');
  const installed = await run('npm', ['install', '--ignore-scripts', '--no-audit', `${PACKAGE}@4.22.0`], project);
  if (installed.code !== 0) return t.skip(`the package cannot be had: ${installed.stderr.slice(0, 200)}`);
  const built = await run(
    process.execPath,
    [SCRIPT, '--wheel', wheel, '--package', PACKAGE, '--project', project],
    root,
  );
  assert.equal(built.code, 0, built.stderr.slice(-2000));
  const path = /LD_LIBRARY_PATH="(.*)"/.exec(built.stdout)![1];
  assert.deepEqual(path.split(':'), [join(wheel, 'tensorflow'), join(wheel, 'nvidia/cublas/lib')]);

  // Beside the package, so that both use its one tfjs-core.
  await cp('build/src', join(project, 'build/src'), { recursive: true });
  await cp('build/test/engine/binding-child.js', join(project, 'build/test/engine/binding-child.js'));
  const child = await run(process.execPath, ['build/test/engine/binding-child.js'], project, { LD_LIBRARY_PATH: path });
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

test('a folder that is no wheel, a wheel without the library, and another package are told apart', async (t) => {
  const root = await temporaryFolder(t);
  const tell = (args: string[]): ReturnType<typeof run> => run(process.execPath, [SCRIPT, ...args], root);
  const empty = await tell(['--wheel', root]);
  assert.equal(empty.code, 1);
  assert.match(empty.stderr, /libtensorflow_cc\.so\.2 is missing\. Give the folder of an unzipped tensorflow wheel/);
  const unknown = await tell(['--wheel', root, '--package', 'left-pad']);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /left-pad/);
  const { wheel, failure } = await fakeWheel(root);
  if (failure) return t.diagnostic(`no compiler: ${failure}`);
  const other = join(root, 'other/node_modules/@tensorflow/tfjs-node');
  await mkdir(other, { recursive: true });
  await writeFile(join(other, 'package.json'), JSON.stringify({ name: '@tensorflow/tfjs-core', version: '4.22.0' }));
  await writeFile(join(other, 'binding.gyp'), '{}');
  await writeFile(join(other, 'package.json'), JSON.stringify({ name: PACKAGE, version: '3.21.1' }));
  const old = await tell(['--wheel', wheel, '--package', PACKAGE, '--project', join(root, 'other')]);
  assert.equal(old.code, 1);
  assert.match(old.stderr, /is version 3\.21\.1\. Install 4\.22\.0/);
});
