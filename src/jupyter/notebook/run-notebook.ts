import { dirname, resolve } from 'node:path';
import type { Cells } from '../language/cells.js';
import { startSession } from '../session/session.js';
import { watchHang } from './hang.js';
import { readNotebook, sourceOf, writeNotebook } from './notebook-file.js';
import { gatherOutputs } from './saved-outputs.js';

/** How notebooks are run without Jupyter. */
export interface RunOptions {
  /** Seconds after which a cell counts as hung; see {@link watchHang}. */
  limit: number;
  /** Folder whose path is written as `.` in saved outputs. */
  root: string;
  /** Whether outputs are saved; default true. */
  save?: boolean;
}

const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');

/**
 * Runs the cells of a notebook one after another with the kernel's own engine, in a fresh process, up to the first that fails, and saves
 * it with its outputs. @param cells the compiler's knowledge, shared by the notebooks of a folder; names are forgotten.
 * @returns what went wrong, or null. @throws InputError for a file that is no notebook.
 */
export async function runNotebook(path: string, cells: Cells, options: RunOptions): Promise<string | null> {
  const { limit, root, save = true } = options;
  const notebook = await readNotebook(path);
  const code = notebook.cells.filter(({ cell_type }) => cell_type === 'code');
  for (const cell of code) Object.assign(cell, { outputs: [], execution_count: null, metadata: {} });
  const scrub = (text: string): string => text.replaceAll(`file://${root}`, '.').replaceAll(root, '.');
  cells.forget();
  const session = startSession(resolve(dirname(path)), cells);
  let hang: string | null = null;
  const watch = watchHang(limit, (why) => {
    hang = why;
    session.kill();
  });
  session.onSign = (sign) => (sign === 'output' ? watch.sign() : watch.pulse(sign.cpu));
  let failed: string | null = null;
  try {
    for (const [i, cell] of code.entries()) {
      watch.sign();
      const outputs = gatherOutputs(i + 1, scrub);
      const { failure } = await session.run(i + 1, sourceOf(cell), outputs);
      cell.execution_count = i + 1;
      const why = failure ?? outputs.loose;
      if (failure) outputs.error(failure);
      cell.outputs = outputs.saved();
      if (!why) continue;
      const text = hang ? `the cell ${hang}` : scrub(why.traceback.join('\n')).replace(COLOURS, '');
      failed = `cell ${i + 1}: ${text}`;
      break;
    }
  } finally {
    session.close();
  }
  if (save) await writeNotebook(path, notebook);
  return failed;
}
