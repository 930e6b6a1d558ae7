import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import test, { after, before } from 'node:test';
import { createRandom } from '../../src/random.js';
import { below } from '../temporary.js';
import { softpatch } from './command.js';

let root: string;
let data: string;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-run-'));
  data = join(root, 'drawn');
  const drawn = await softpatch(['data', 'draw', '--to', data, '--train', '10', '--good', '4', '--defective', '2']);
  assert.equal(drawn.code, 0, drawn.stderr);
});
after(() => rm(root, { recursive: true, force: true }));

const SYSTEMS = 'padim-star,patchcore,patchcore-random,softpatch-lof';
const arguments_ = (name: string, ...more: string[]): string[] => [
  ...[
    'run',
    'table-6',
    'table-7',
    'figure-5',
    '--data',
    data,
    '--weights',
    join(root, 'none'),
    '--categories',
    'bolt,bracket,lost',
  ],
  ...['--systems', SYSTEMS, '--draws', '2', '--size', '32', '--ratio', '0.2', '--set', 'padim-star.channels=8'],
  ...['--no-cache', '--threads', '1', '--results', join(root, name), '--out', join(root, `${name}-figures`), ...more],
];
const tables = async (name: string): Promise<Record<string, string>> => {
  const folder = join(root, `${name}-figures`);
  // Records of runs differ by time and are numbered.
  const files = (await readdir(folder)).filter((file) => !/^run(-\d+)?\.json$/.test(file)).sort();
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(join(folder, file), 'latin1')])),
  );
};

test('run computes cells once, reports what is missing, and writes tables and figures in all formats', async () => {
  const first = await softpatch(arguments_('whole'));
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stderr, /not in .*: lost; going on with the rest/);
  assert.match(first.stdout, /18 cells computed, 0 found finished, 0 failed/);
  const record = JSON.parse(await readFile(join(root, 'whole-figures/run.json'), 'utf8'));
  assert.deepEqual(record.configuration.cells, { computed: 18, reused: 0 });
  assert.deepEqual([record.configuration.switches, record.failures], [{ 'padim-star': { channels: '8' } }, []]);
  const made = await tables('whole');
  assert.deepEqual(
    Object.keys(made),
    [
      ...['bolt', 'bolt-by-mask', 'bracket', 'bracket-by-mask'].flatMap((name) =>
        ['csv', 'png', 'svg'].map((ending) => `figure-5-${name}.${ending}`),
      ),
      ...['table-6', 'table-7'].flatMap((name) => ['csv', 'html', 'md', 'tex'].map((ending) => `${name}.${ending}`)),
    ].sort(),
  );
  assert.match(made['table-6.md'], /\| PatchCore \| .*\.\d{3} \xc2\xb1\.\d{3}.*\| \.683 \|/);
  const again = await softpatch(arguments_('whole'));
  assert.match(again.stdout, /0 cells computed, 18 found finished, 0 failed/);
  assert.deepEqual(await tables('whole'), made);
});

test('killed at ten random moments and resumed, it gives byte-identical tables and figures from the same whole files', async (t) => {
  const random = createRandom(Number(process.pid));
  t.diagnostic(`seed ${process.pid}`);
  let killed = 0;
  for (let round = 0; round < 10; round++) {
    const delay = 500 + random.integer(2500);
    const { code } = await softpatch(arguments_('killed'), (child) =>
      setTimeout(() => child.kill('SIGKILL'), delay).unref(),
    );
    if (code === null) killed++;
  }
  assert.ok(killed >= 1, 'at least one run was killed');
  const last = await softpatch(arguments_('killed'));
  assert.equal(last.code, 0, last.stderr);
  assert.deepEqual(await tables('killed'), await tables('whole'));
  // A kill in the middle of a write may leave its hidden temporary file; what has a name is whole.
  const visible = async (name: string): Promise<string[]> =>
    (await below(join(root, name))).filter((file) => !/^claims/.test(file) && !basename(file).startsWith('.'));
  assert.deepEqual(await visible('killed'), await visible('whole'));
});

test('a damaged result is noticed and computed again', async () => {
  const before = await tables('whole');
  const file = (await below(join(root, 'whole'))).find((name) => /bolt.*evaluate_patchcore_.*json$/.test(name))!;
  const path = join(root, 'whole', file);
  await writeFile(path, (await readFile(path, 'utf8')).replace(/"auroc": 0\.\d/, '"auroc": 0.0'));
  const { stdout, stderr, code } = await softpatch(arguments_('whole'));
  assert.equal(code, 0);
  assert.match(stderr, /is damaged; computing it again/);
  assert.match(stdout, /1 cells computed, 17 found finished/);
  assert.deepEqual(await tables('whole'), before);
});

test('two shards at once share a folder and give the same tables as one run', async () => {
  const outcomes = await Promise.all(['1/2', '2/2'].map((part) => softpatch(arguments_('shards', '--shard', part))));
  for (const { code, stderr } of outcomes) assert.equal(code, 0, stderr);
  const computed = outcomes.map(({ stdout }) => Number(/(\d+) cells computed/.exec(stdout)![1]));
  assert.equal(computed[0] + computed[1], 18);
  const whole = await softpatch(arguments_('shards'));
  assert.match(whole.stdout, /0 cells computed, 18 found finished/);
  assert.deepEqual(await tables('shards'), await tables('whole'));
});

test('a failing cell does not stop the others, is listed at the end, and exit is 1', async () => {
  const args = arguments_('failing', '--set', 'softpatch-lof.k=0');
  const { code, stdout, stderr } = await softpatch(args);
  assert.equal(code, 1);
  assert.match(stdout, /12 cells computed, 0 found finished, 6 failed/);
  assert.match(stderr, /cells failed:[\s\S]*softpatch-lof r = 0\.1: LOF with k = 0 is impossible/);
  assert.match(stdout, /table-6, 4 of 12 cells missing[\s\S]*figure-5, 2 of 6 cells missing/);
});

test('unknown experiments, systems and shards are refused', async () => {
  const refused = async (args: string[], message: RegExp): Promise<void> => {
    const { code, stderr } = await softpatch(args);
    assert.equal(code, 1);
    assert.match(stderr, message);
  };
  await refused(['run', 'table-9'], /there is no experiment "table-9"/);
  await refused(arguments_('x', '--systems', 'dinomaly'), /the paper has no system "dinomaly"/);
  await refused(
    arguments_('x', '--shard', '3/2'),
    /'3\/2' is invalid\. The part must lie between 1 and the number of parts/,
  );
});

test('without data a table is the paper’s own; --published writes it in all formats; figures need data', async () => {
  const out = join(root, 'published');
  const { code, stdout } = await softpatch(['run', 'table-6', 'table-8', '--published', '--out', out]);
  assert.equal(code, 0);
  assert.match(stdout, /The paper’s Table 6[\s\S]*screw +\.567 +\.542 +\.570[\s\S]*Average, as printed[\s\S]*74\.2912/);
  const names = ['table-6', 'table-8'].flatMap((name) =>
    ['csv', 'html', 'md', 'tex'].map((ending) => `published-${name}.${ending}`),
  );
  assert.deepEqual((await readdir(out)).sort(), names);
  const figure = await softpatch(['run', 'figure-6']);
  assert.equal(figure.code, 1);
  assert.match(figure.stderr, /prints no numbers of figure-6\. Give --data/);
});

test('cells are listed for other engines, computed one by one by name, looked at and gathered', async () => {
  const listed = async (): Promise<{ name: string; path: string; state: string }[]> =>
    JSON.parse((await softpatch(arguments_('named', '--list', 'json'))).stdout);
  const cells = await listed();
  assert.equal(cells.length, 18);
  assert.ok(cells.every(({ state }) => state === 'missing'));
  const [{ name, path }, second] = cells;
  const one = await softpatch(arguments_('named', '--cell', name, '--cell', second.name));
  assert.match(one.stdout, /^2 cells computed, 0 found finished, 0 failed\n$/);
  assert.ok((await below(join(root, 'named'))).includes(path));
  assert.deepEqual(
    (await listed()).map(({ state }) => state),
    ['done', 'done', ...new Array(16).fill('missing')],
  );
  assert.match((await softpatch(arguments_('named', '--cell', name))).stdout, /0 cells computed, 1 found finished/);
  const status = await softpatch(arguments_('named', '--status'));
  assert.match(status.stdout, /^18 cells: 2 done, 0 running, 0 failed, 16 missing; about .* left for one process\n$/);
  const gathered = await softpatch(arguments_('named', '--gather'));
  assert.equal(gathered.code, 0);
  assert.match(gathered.stdout, /table-6, \d+ of 12 cells missing/);
  assert.equal((await listed()).filter(({ state }) => state === 'done').length, 2, 'gathering computes nothing');
  const failing = ['--set', 'softpatch-lof.k=0', '--cell', cells.find((cell) => /softpatch-lof/.test(cell.name))!.name];
  assert.equal((await softpatch(arguments_('named', ...failing))).code, 1);
  const wrong = await softpatch(arguments_('named', '--cell', 'bolt/nothing'));
  assert.match(wrong.stderr, /there is no cell "bolt\/nothing" in this grid/);
});

test('--slurm --dry-run writes an array and a gather file of the same command, and prints how to submit them', async () => {
  const options = 'partition=x,time=2:00:00,cpus=8,mem=12G,array=32%8';
  const { code, stdout } = await softpatch(arguments_('slurm', '--slurm', options, '--dry-run'));
  assert.equal(code, 0);
  const folder = join(root, 'slurm/slurm');
  assert.equal(
    stdout,
    `sbatch --parsable ${folder}/array.sbatch\nsbatch --parsable --dependency=afterany:ID ${folder}/gather.sbatch\n`,
  );
  const array = await readFile(join(folder, 'array.sbatch'), 'utf8');
  assert.match(array, /#SBATCH --array=1-32%8\n[\s\S]*exec \S*node \S*main\.js run table-6 table-7 figure-5 --data/);
  assert.doesNotMatch(array, /^exec .*(--slurm|--dry-run)/m);
  assert.match(await readFile(join(folder, 'gather.sbatch'), 'utf8'), /--gather\n$/);
  const bad = await softpatch(arguments_('slurm', '--slurm', 'Partition=x', '--dry-run'));
  assert.match(bad.stderr, /"Partition=x" is no option of sbatch/);
});

test('what would change nothing is refused: options without data, systems and switches without a cell', async () => {
  const refused = async (args: string[], message: RegExp): Promise<void> => {
    const { code, stderr } = await softpatch(['run', ...args]);
    assert.equal(code, 1);
    assert.match(stderr, message);
  };
  await refused(['table-6', '--draws', '2'], /--draws would be ignored: without --data or --drawn nothing is computed/);
  await refused(['table-6', '--out', root], /--out would be ignored: without --data, --drawn or --published/);
  const data = ['--data', join(root, 'drawn')];
  await refused(['table-8', ...data, '--systems', 'cflow'], /table-8 has no cell of cflow/);
  await refused(['table-8', ...data, '--set', 'cflow.epochs=1'], /--set cflow\.… would be ignored: no cell fits cflow/);
  await refused(['table-6', ...data, '--set', 'clfow.epochs=1'], /--set clfow\.… would be ignored/);
  await refused(['table-8', ...data, '--cflow', 'small'], /--cflow would be ignored: no cell fits CFLOW/);
  await refused(['table-6', ...data, '--tsne', 'exact'], /--tsne would be ignored: only figure-5/);
});
