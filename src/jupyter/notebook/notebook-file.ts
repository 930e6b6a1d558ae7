import { readFile } from 'node:fs/promises';
import { InputError } from '../../errors.js';
import { writeAtomically } from '../../storage/atomic.js';
import { OWN_KERNEL } from '../install/kernel-spec.js';
import { LANGUAGE_INFO } from '../protocol/kernel-info.js';
import { pythonJson } from './python-json.js';

/** An output of a cell as notebooks save it. */
export type SavedOutput = { output_type: string } & Record<string, unknown>;

/** A cell of a notebook file. */
export interface NotebookCell {
  cell_type: string;
  id?: string;
  metadata: Record<string, unknown>;
  source: string | string[];
  outputs?: SavedOutput[];
  execution_count?: number | null;
}

/** A notebook file, format 4. */
export interface NotebookFile {
  cells: NotebookCell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

/** Text as lines that keep their ends, as notebooks save it. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

export function sourceOf({ source }: NotebookCell): string {
  return [source].flat().join('');
}

/** @throws InputError for a file that is no notebook. */
export async function readNotebook(path: string): Promise<NotebookFile> {
  try {
    const notebook = JSON.parse(await readFile(path, 'utf8')) as NotebookFile;
    if (Array.isArray(notebook.cells)) return notebook;
  } catch (error) {
    throw new InputError(`${path} is no notebook (${(error as Error).message})`, 'Give an .ipynb file', {
      cause: error,
    });
  }
  throw new InputError(`${path} has no cells`, 'Give an .ipynb file');
}

/** A notebook as before its first run. */
export function withoutOutputs(notebook: NotebookFile): NotebookFile {
  const cells = notebook.cells.map((cell) =>
    cell.cell_type === 'code' ? { ...cell, outputs: [], execution_count: null } : cell,
  );
  return { ...notebook, cells };
}

/** Writes a notebook as JupyterLab does: opened and saved there, the file stays as it is. Cells without an id get one by their place. */
export async function writeNotebook(path: string, notebook: NotebookFile): Promise<void> {
  const cells = notebook.cells.map(({ id, source, ...cell }, i) => ({
    ...cell,
    id: id ?? `cell-${String(i + 1).padStart(2, '0')}`,
    source: linesOf([source].flat().join('')),
  }));
  const { name, displayName } = OWN_KERNEL;
  const kernelspec = { display_name: displayName, language: 'typescript', name };
  const saved = {
    ...notebook,
    cells,
    metadata: { kernelspec, language_info: LANGUAGE_INFO },
    nbformat: 4,
    nbformat_minor: 5,
  };
  await writeAtomically(path, `${pythonJson(saved)}\n`);
}
