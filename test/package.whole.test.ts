import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import test, { after, before } from 'node:test';
import { below } from './temporary.js';

/** A user's folder with the packed package installed: nothing of this repository but what npm would bring. */
let user: string;
let installed: string;
let packed: string[];

function run(command: string, args: readonly string[], cwd = user, env: Record<string, string> = {}): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

before(async () => {
  user = await realpath(await mkdtemp(join(tmpdir(), 'softpatch-user-')));
  installed = join(user, 'node_modules/softpatch-lab');
  await mkdir(installed, { recursive: true });
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', user];
  const [{ filename, files }] = JSON.parse(run('npm', pack, '.'));
  packed = files.map(({ path }: { path: string }) => path);
  run('tar', ['-xzf', join(user, filename), '--strip-components', '1', '-C', installed]);
  // What an install from the registry would fetch, without a network: the dependencies, none of the optional ones.
  const { dependencies } = JSON.parse(await readFile('package.json', 'utf8'));
  const types = { '@types/node': '' };
  for (const name of Object.keys({ ...dependencies, ...types })) {
    await mkdir(dirname(join(user, 'node_modules', name)), { recursive: true });
    await symlink(resolve('node_modules', name), join(user, 'node_modules', name));
  }
  // An install makes the command executable and links it.
  await chmod(join(installed, 'build/src/cli/main.js'), 0o755);
  await mkdir(join(user, 'node_modules/.bin'));
  await symlink('../softpatch-lab/build/src/cli/main.js', join(user, 'node_modules/.bin/softpatch'));
  await writeFile(join(user, 'package.json'), JSON.stringify({ name: 'a-user', type: 'module' }));
});
after(() => rm(user, { recursive: true, force: true }));

const softpatch = (...args: string[]): string => run('npx', ['--no-install', 'softpatch', ...args]);

test('the package holds what its code and types cite, and no more than it needs', async () => {
  let citations = 0;
  for (const path of packed.filter((name) => /\.(js|d\.ts)$/.test(name))) {
    const text = await readFile(join(installed, path), 'utf8');
    for (const [page] of text.matchAll(/\bdocs\/[\w/-]+\.\w+/g)) {
      assert.ok(packed.includes(page), `${path} cites ${page}`);
      citations++;
    }
  }
  assert.ok(citations > 50, `${citations} citations`);
  for (const path of ['README.md', 'CHANGELOG.md', 'LICENSE', 'docs/methods.md'])
    assert.ok(packed.includes(path), path);
  const unwanted = packed.filter((path) => /\.(map|png|svg)$|^(?!build\/src|docs\/|[^/]+$)/.test(path));
  assert.deepEqual(unwanted, []);
});

/** Compiles the consumer with the example of docs/add-a-system.md beside it. */
async function compile(compiler: string, name: string, options: object): Promise<void> {
  const folder = join(user, name);
  await mkdir(folder);
  await cp('test/package/consumer.ts', join(folder, 'consumer.ts'));
  const page = await readFile(join(installed, 'docs/add-a-system.md'), 'utf8');
  await writeFile(join(folder, 'mean-patch.ts'), /```ts\n([\s\S]*?)```/.exec(page)![1]);
  const compilerOptions = { target: 'es2022', strict: true, types: ['node'], skipLibCheck: true, ...options };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
  run(process.execPath, [resolve(compiler), '-p', folder]);
}

test("a user's program compiles under strict and runs; lessons write into the user's folder", async () => {
  await compile('node_modules/typescript/bin/tsc', 'new', { module: 'nodenext' });
  const before = await below(installed);
  softpatch('data', 'draw', '--train', '10', '--good', '3', '--defective', '2');
  const printed = run(process.execPath, [join(user, 'new/consumer.js')]);
  const folder = join(user, 'data/lesson');
  assert.equal(printed, `detect 4096\ntrue function 2 0.2\nnull 5 7\nlesson ${folder} number\n`);
  assert.ok((await readdir(folder)).includes('bracket'));
  assert.deepEqual(await below(installed), before);
});

const OLD = 'scripts/api/node_modules/typescript/bin/tsc';

test(
  'the same program compiles with the module resolution of before "exports"',
  { skip: existsSync(OLD) ? false : `needs ${OLD}: npm ci` },
  () => compile(OLD, 'old', { module: 'es2022', moduleResolution: 'node10', ignoreDeprecations: '6.0' }),
);

test('the command runs from the installed package', async () => {
  assert.match(softpatch('--help'), /anomaly detection when the training data is dirty/);
  const set = ['--weights', 'random', '--layers', 'layer1,layer2', '--resize', '64', '--crop', '64'];
  if (!existsSync(join(user, 'data/drawn')))
    softpatch('data', 'draw', '--train', '10', '--good', '3', '--defective', '2');
  const evaluate = ['evaluate', '--data', 'data/drawn', '--category', 'bolt', '--noise', '0.1', '--overlap'];
  assert.match(softpatch(...evaluate, ...set), /bolt: softpatch-lof \(paper\), noise 0\.1, overlap/);
  const doctor = softpatch('doctor', '--engine', 'wasm', 'onnx', 'tensorflow');
  assert.match(doctor, /wasm +works/);
  // What is missing is mended by commands that this folder has.
  assert.match(doctor, /npm install onnxruntime-node/);
  assert.doesNotMatch(doctor, /scripts\/|npm run/);
});

test('notebooks of the installed package: refused without ZeroMQ; with it a folder whose cells run', async () => {
  const refused = spawnSync('npx', ['--no-install', 'softpatch', 'notebooks', 'course'], {
    cwd: user,
    encoding: 'utf8',
  });
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /zeromq cannot be loaded .*npm install zeromq/);
  await symlink(resolve('node_modules/zeromq'), join(user, 'node_modules/zeromq'));
  softpatch('notebooks', 'course', '--to', 'jupyter');
  const program = `
    import { openCells } from '${installed}/build/src/jupyter/language/cells.js';
    import { runNotebook } from '${installed}/build/src/jupyter/notebook/run-notebook.js';
    const cells = openCells('${user}/course');
    console.log(await runNotebook('${user}/course/01-data-and-noise.ipynb', cells, { limit: 120, root: '${user}' }));
    process.exit();`;
  const file = join(user, 'run-course.mjs');
  await writeFile(file, program);
  assert.equal(run(process.execPath, [file]), 'null\n');
  const { cells } = JSON.parse(await readFile(join(user, 'course/01-data-and-noise.ipynb'), 'utf8'));
  assert.match(JSON.stringify(cells), /image\/png/);
});
