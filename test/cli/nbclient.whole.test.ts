import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { installJupyter, python, withoutJupyter } from '../jupyter/python.js';
import { softpatch } from './command.js';
import { cells, copyNotebooks, copySolutions } from './notebook-copies.js';

test('nbclient runs all notebooks and solutions', { skip: withoutJupyter() }, async () => {
  await installJupyter();
  const folder = await copyNotebooks();
  const data = await mkdtemp(join(tmpdir(), 'softpatch-nbclient-'));
  try {
    await copySolutions(folder);
    const { code, stderr } = await softpatch(['kernel', 'install', '--to', data]);
    assert.equal(code, 0, stderr);
    const names = (await readdir(folder, { recursive: true })).map(String).filter((name) => name.endsWith('.ipynb'));
    const paths = names.map((name) => join(folder, name));
    const env = {
      JUPYTER_PATH: data,
      SOFTPATCH_LESSON: join(data, 'lesson'),
      SOFTPATCH_FIGURES: join(data, 'figures'),
    };
    const [exit, text] = await execute(paths, env);
    assert.equal(exit, 0, text);
    for (const path of paths)
      for (const { cell_type, execution_count } of await cells(path))
        assert.ok(cell_type !== 'code' || execution_count, `${path} ran to its end`);
  } finally {
    await rm(folder, { recursive: true });
    await rm(data, { recursive: true });
  }
});

/** Runs notebooks in place, as `jupyter execute` of nbclient does. */
function execute(paths: string[], own: Record<string, string>): Promise<[code: number | null, text: string]> {
  return new Promise((resolve) => {
    const child = spawn(
      python('jupyter'),
      ['execute', '--inplace', '--timeout=-1', '--startup_timeout=600', ...paths],
      {
        env: { ...process.env, ...own },
      },
    );
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
    child.on('close', (code) => resolve([code, text]));
  });
}
