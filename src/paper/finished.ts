import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../errors.js';
import { fewAtOnce } from '../storage/few-at-once.js';
import { type CellResult, readCell } from './cell-file.js';

/**
 * Every finished cell of a folder, by file name: what tables are made of where the data sets are not at hand.
 * @throws InputError for a damaged file, since nothing here can compute it again.
 */
export async function readFinished(folder: string): Promise<CellResult[]> {
  const cells = join(folder, 'cells');
  const files = (await readdir(cells, { recursive: true })).filter((file) => file.endsWith('.json')).sort();
  return fewAtOnce(files, async (file) => {
    const { cell, key } = JSON.parse(await readFile(join(cells, file), 'utf8'));
    const result = await readCell(folder, cell, key);
    if (result) return result;
    throw new InputError(`${join(cells, file)} is damaged`, 'Delete it and compute it again with softpatch run');
  });
}
