import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { softpatch } from './command.js';
import { assertRuns, cells, copyNotebooks, copySolutions, notebookNames, runNotebooks } from './notebook-copies.js';

/** The notebooks there are. */
const COUNT = 13;

let folder: string;
before(async () => {
  folder = await copyNotebooks();
  await copySolutions(folder);
});
after(() => rm(folder, { recursive: true, force: true }));

test('all notebooks and their solutions run from nothing on the drawn set', () => assertRuns(folder, [], 2 * COUNT));

test('figures are rewritten with the same bytes', async () => {
  // From nothing again: what was computed the first time must not be what makes the second one equal.
  const { code, text } = await runNotebooks(folder, ['03', '06', '08', '09', '10'], 'again', 'lesson-again');
  assert.equal(code, 0, text);
  const names = await readdir(join(folder, 'again'));
  assert.ok(names.length >= 20, names.join(' '));
  for (const name of names) {
    assert.deepEqual(await readFile(join(folder, 'again', name)), await readFile(join(folder, 'figures', name)), name);
  }
});

test('one settings cell switches every notebook to real data: its pictures and figures are not saved', async () => {
  const own = join(folder, 'real');
  const data = join(process.cwd(), folder, 'real-data');
  const size = ['--train', '20', '--good', '4', '--defective', '2'];
  const drawn = await softpatch(['data', 'draw', '--to', data, ...size]);
  assert.equal(drawn.code, 0, drawn.stderr);
  await mkdir(own);
  const cell = /const settings: LessonSettings = \{.*?\};/;
  for (const name of await notebookNames()) {
    const text = await readFile(join('notebooks', name), 'utf8');
    assert.match(text, cell, `${name} has the settings cell`);
    const settings = `const settings: LessonSettings = { data: '${data}', category: 'bolt', size: 64 };`;
    await writeFile(join(own, name), text.replace(cell, settings));
  }
  const { code, text } = await runNotebooks(folder, ['--folder', own], 'real-figures', 'real-lesson');
  assert.equal(code, 0, text);
  assert.match(text, new RegExp(`${COUNT} of ${COUNT} notebooks ran`));
  await assert.rejects(readdir(join(folder, 'real-figures')), /ENOENT/);
  // Pictures of the data are PNGs; the notebooks that draw nothing else must hold none.
  for (const name of [
    '00-quick-start',
    '01-data-and-noise',
    '02-patch-features',
    '07-baselines',
    '11-your-own-images',
  ]) {
    assert.ok(!(await readFile(join(own, `${name}.ipynb`), 'utf8')).includes('image/png'), name);
  }
  const told = (await cells(join(own, '09-noise-trends.ipynb'))).flatMap(({ outputs = [] }) => outputs);
  assert.ok(
    told.some(({ text: lines }) => lines?.join('').includes('0 failed')),
    'all cells of the trends were computed',
  );
});

test('a failing cell, a loose rejection and an endless loop fail the run; outputs up to there are saved', async () => {
  const own = join(folder, 'broken');
  const write = async (name: string, ...sources: string[]): Promise<void> => {
    await mkdir(own, { recursive: true });
    const code = sources.map((source) => ({ cell_type: 'code', metadata: {}, outputs: [], source: [source] }));
    await writeFile(join(own, name), JSON.stringify({ cells: code, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  };
  await write('a-throws.ipynb', "console.log('one');", "throw new Error('on purpose');", "console.log('never');");
  await write(
    'b-loose.ipynb',
    "Promise.reject(new Error('loose'));\nawait new Promise((done) => setTimeout(done, 50));",
  );
  await write('c-types.ipynb', "const n: number = 'text';");
  await write('d-loop.ipynb', "console.log('begun');", 'while (true);');
  await write('e-fine.ipynb', "process.stdout.write('10 %\\r100 %\\n');");
  await write('f-wait.ipynb', 'await new Promise(() => {});');
  await write('g-exit.ipynb', 'process.exit(0);');
  const { code, text } = await runNotebooks(folder, ['--folder', own, '--limit', '4']);
  assert.equal(code, 1);
  for (const [name, outcome] of [
    ['a-throws', 'failed'],
    ['b-loose', 'failed'],
    ['c-types', 'failed'],
    ['d-loop', 'failed'],
    ['e-fine', 'ok'],
    ['f-wait', 'failed'],
    ['g-exit', 'failed'],
  ]) {
    assert.match(text, new RegExp(`${outcome} +${name}`));
  }
  assert.match(text, /c-types\.ipynb: cell 1: TS2322: Type 'string' is not assignable to type 'number'/);
  assert.match(text, /d-loop\.ipynb: cell 2: the cell worked 4 s without a sign of progress/);
  assert.match(text, /f-wait\.ipynb: cell 1: the cell waited 4 s for nothing/);
  assert.match(text, /1 of 7 notebooks ran/);
  const [begun, loop] = await cells(join(own, 'd-loop.ipynb'));
  assert.deepEqual([begun.outputs![0].text, loop.outputs!.at(-1)!.output_type], [['begun\n'], 'error']);
  const [first, second, third] = await cells(join(own, 'a-throws.ipynb'));
  assert.deepEqual(first.outputs![0].text, ['one\n']);
  assert.equal(second.outputs!.at(-1)!.output_type, 'error');
  assert.deepEqual(third.outputs, []);
  assert.deepEqual((await cells(join(own, 'e-fine.ipynb')))[0].outputs![0].text, ['100 %\n']);
});
