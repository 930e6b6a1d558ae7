import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A cell of a notebook file. */
export interface Cell {
  cell_type: string;
  metadata: object;
  execution_count?: number | null;
  outputs?: { output_type: string; text?: string[] }[];
}

/** A copy of the notebooks beside them, so that cells find the package by name and the originals stay as they are. */
export async function copyNotebooks(): Promise<string> {
  const folder = await mkdtemp(join('notebooks', '.test-'));
  for (const name of await notebookNames()) await cp(join('notebooks', name), join(folder, name));
  return folder;
}

/** Adds the solutions to a copy. */
export async function copySolutions(folder: string): Promise<void> {
  for (const name of await notebookNames(SOLUTIONS)) await cp(join(SOLUTIONS, name), join(folder, 'solutions', name));
}

/** Where the exercises' solutions lie. */
export const SOLUTIONS = 'notebooks/solutions';

/** File names of the notebooks in a folder. */
export async function notebookNames(folder = 'notebooks'): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.ipynb'));
}

/** Runs notebooks in a copy, their figures and results in folders of it. */
export function runNotebooks(
  folder: string,
  args: string[],
  figures = 'figures',
  lesson = 'lesson',
): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve) => {
    const env = {
      ...process.env,
      SOFTPATCH_LESSON: join(process.cwd(), folder, lesson),
      SOFTPATCH_FIGURES: join(process.cwd(), folder, figures),
    };
    const child = spawn(process.execPath, ['scripts/notebooks.mjs', '--folder', folder, ...args], { env });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
    child.on('close', (code) => resolve({ code, text }));
  });
}

export const cells = async (path: string): Promise<Cell[]> => JSON.parse(await readFile(path, 'utf8')).cells;

/** Runs notebooks in a copy, their solutions beside them: none ends in an error, no cell has metadata, none tells where it was run. */
export async function assertRuns(folder: string, names: string[], count: number): Promise<void> {
  const { code, text } = await runNotebooks(folder, ['--beside', ...names]);
  assert.equal(code, 0, text);
  assert.match(text, new RegExp(`${count} of ${count} notebooks ran`));
  for (const own of [folder, join(folder, 'solutions')]) {
    for (const name of (await notebookNames(own)).filter(
      (file) => names.length === 0 || names.some((part) => file.includes(part)),
    )) {
      const path = join(own, name);
      for (const cell of await cells(path)) {
        assert.ok(!cell.outputs?.some(({ output_type }) => output_type === 'error'), path);
        assert.deepEqual(cell.metadata, {});
      }
      assert.ok(!(await readFile(path, 'utf8')).includes(process.cwd()), `${path} holds no path of this machine`);
    }
  }
}
