import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { pythonJson } from '../../src/jupyter/notebook/python-json.js';
import {
  assertRuns,
  type Cell,
  cells,
  copyNotebooks,
  copySolutions,
  notebookNames,
  SOLUTIONS,
} from './notebook-copies.js';

/** The notebooks there are. */
const COUNT = 13;

test('a notebook and its solutions run from nothing on the drawn set', async (t) => {
  const folder = await copyNotebooks();
  t.after(() => rm(folder, { recursive: true, force: true }));
  await copySolutions(folder);
  await assertRuns(folder, ['00-'], 2);
});

test('every exercise has its solution, saved with outputs; the settings cell is that of lessons', async () => {
  const sources = async (path: string): Promise<string[]> =>
    ((await cells(path)) as (Cell & { source: string[] })[]).map(({ source }) => source.join(''));
  for (const name of await notebookNames()) {
    const exercises = (await sources(join('notebooks', name))).find((source) => source.startsWith('## Exercises'))!;
    const asked = [...exercises.matchAll(/^(\d)\. /gm)].map(([, number]) => number);
    const path = join(SOLUTIONS, name);
    const solution = await sources(path);
    const solved = solution.flatMap((source) => [...source.matchAll(/^## (\d)\. /gm)].map(([, number]) => number));
    assert.deepEqual(solved, asked, name);
    assert.ok(
      solution.some((source) => /const settings: LessonSettings = \{.*?\};/.test(source)),
      name,
    );
    const code = (await cells(path)).filter(({ cell_type }) => cell_type === 'code');
    assert.ok(
      code.every(({ execution_count }, i) => execution_count === i + 1) &&
        code.some(({ outputs }) => outputs!.length > 0),
      name,
    );
  }
});

test('saved notebooks have outputs, open with a question and end with exercises', async () => {
  const names = await notebookNames();
  assert.equal(names.length, COUNT);
  for (const name of names) {
    const own = JSON.parse(await readFile(join('notebooks', name), 'utf8')).cells as (Cell & { source: string[] })[];
    assert.match(own[0].source.join(''), /^# \d\d .*[\s\S]*\*\*Question:\*\*/, name);
    assert.ok(
      own.some(({ source }) => source[0].startsWith('## Exercises')),
      name,
    );
    const code = own.filter(({ cell_type }) => cell_type === 'code');
    assert.deepEqual(
      code.map(({ execution_count }) => execution_count),
      code.map((_, i) => i + 1),
      name,
    );
    assert.ok(
      code.some(({ outputs }) => outputs!.length > 0),
      name,
    );
  }
});

test('notebooks are written as Jupyter writes them: sorted keys, stable ids', async () => {
  const paths = (folder: string, names: string[]): string[] => names.map((name) => join(folder, name));
  for (const name of [
    ...paths('notebooks', await notebookNames()),
    ...paths(SOLUTIONS, await notebookNames(SOLUTIONS)),
  ]) {
    const text = await readFile(name, 'utf8');
    const notebook = JSON.parse(text);
    assert.equal(text, `${pythonJson(notebook)}\n`, name);
    const ids: string[] = notebook.cells.map(({ id }: { id: string }) => id);
    assert.equal(new Set(ids).size, ids.length, name);
    for (const id of ids) assert.match(id, /^[\w-]{1,64}$/, name);
  }
});
