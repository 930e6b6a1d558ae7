import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import test, { type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { softpatch } from '../cli/command.js';
import { temporaryFolder } from '../temporary.js';
import { writtenTables } from './written-tables.js';

const run = promisify(execFile);
/** Kept from run to run, outside the checkout. */
const FOLDER = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'softpatch-lab-test', 'snakemake');
const SNAKEMAKE = join(FOLDER, 'bin/snakemake');

/** Why there is no Snakemake; null where there is one. */
function whyNoSnakemake(): string | null {
  if (existsSync(SNAKEMAKE)) return null;
  const python = ['python3.13', 'python3.12', 'python3.11', 'python3'].find(
    (name) => spawnSync(name, ['-c', 'import venv, ensurepip']).status === 0,
  );
  if (!python) return 'there is no Python with venv';
  if (spawnSync(python, ['-m', 'venv', FOLDER]).status !== 0) return 'a virtual environment cannot be made';
  const { status, stderr } = spawnSync(join(FOLDER, 'bin/pip'), ['install', '-q', 'snakemake==9.27.1']);
  return status === 0 ? null : `Snakemake cannot be had: ${String(stderr).trim().split('\n').at(-1)}`;
}

/** A folder with the drawn set. */
async function drawnSet(t: TestContext): Promise<string> {
  const root = resolve(await temporaryFolder(t));
  const size = ['--train', '6', '--good', '3', '--defective', '2'];
  const drawn = await softpatch(['data', 'draw', '--to', join(root, 'drawn'), ...size]);
  assert.equal(drawn.code, 0, drawn.stderr);
  return root;
}

const grid = (root: string, name: string): string[] => [
  ...['table-6', '--data', join(root, 'drawn'), '--weights', join(root, 'none'), '--categories', 'bolt'],
  ...['--systems', 'patchcore,softpatch-lof', '--draws', '2', '--size', '32', '--ratio', '0.2', '--threads', '1'],
  ...['--engine', 'wasm', '--no-cache', '--results', join(root, name), '--out', join(root, `${name}-figures`)],
];

test('Snakemake computes every cell by its name and gathers the same tables as one process', async (t) => {
  const why = whyNoSnakemake();
  if (why) return t.skip(why);
  const root = await drawnSet(t);
  const args = grid(root, 'snakemake');
  const own = `softpatch=${process.execPath} ${resolve('build/src/cli/main.js')}`;
  const command = ['--snakefile', 'docs/examples/Snakefile', '--cores', '2', '--directory', root];
  const { stderr } = await run(SNAKEMAKE, [...command, '--config', own, `run=${args.join(' ')}`]).catch(
    (error) => error,
  );
  assert.match(stderr, /5 of 5 steps \(100%\) done/, stderr);
  const single = await softpatch(['run', ...grid(root, 'single')]);
  assert.equal(single.code, 0, single.stderr);
  const tables = await writtenTables(join(root, 'single-figures'));
  assert.ok(Object.keys(tables).length >= 4, Object.keys(tables).join(' '));
  assert.deepEqual(await writtenTables(join(root, 'snakemake-figures')), tables);
});

test('the Kubernetes manifest is an Indexed Job whose command, run per index, shares the cells', async (t) => {
  const why = whyNoSnakemake();
  if (why) return t.skip(`${why} (its YAML reads the manifest)`);
  const read = 'import json,sys,yaml; print(json.dumps(yaml.safe_load(sys.stdin)))';
  const { stdout } = spawnSync(join(FOLDER, 'bin/python'), ['-c', read], {
    input: await readFile('docs/examples/kubernetes.yaml'),
  });
  const { kind, spec } = JSON.parse(String(stdout));
  assert.deepEqual([kind, spec.completionMode, spec.template.spec.restartPolicy], ['Job', 'Indexed', 'Never']);
  const [{ command, volumeMounts }] = spec.template.spec.containers;
  assert.deepEqual(command.slice(0, 4), ['npx', 'softpatch', 'run', 'all']);
  const mounted = volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath);
  for (const path of command.filter((word: string) => word.startsWith('/')))
    assert.ok(
      mounted.some((mount: string) => path.startsWith(mount)),
      `${path} is mounted`,
    );

  const root = await drawnSet(t);
  const args = grid(root, 'pods');
  const pods = await Promise.all(
    [0, 1].map((index) => softpatch(['run', ...args], undefined, { JOB_COMPLETION_INDEX: String(index) })),
  );
  for (const { code, stderr } of pods) assert.equal(code, 0, stderr);
  const computed = pods.map(({ stdout: text }) => Number(/(\d+) cells computed/.exec(text)![1]));
  assert.equal(
    computed.reduce((sum, count) => sum + count, 0),
    4,
  );
  assert.ok(!existsSync(join(root, 'pods-figures')), 'pods write no tables');
  assert.equal((await softpatch(['run', ...args, '--gather'])).code, 0);
  const single = await softpatch(['run', ...grid(root, 'single')]);
  assert.equal(single.code, 0, single.stderr);
  const tables = await writtenTables(join(root, 'single-figures'));
  assert.ok(Object.keys(tables).length >= 4, Object.keys(tables).join(' '));
  assert.deepEqual(await writtenTables(join(root, 'pods-figures')), tables);
});
