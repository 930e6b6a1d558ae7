import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { below } from '../temporary.js';

/** Files of tables and figures by name, but for what tells of times: Table 8 and the records of runs. */
export async function writtenTables(folder: string): Promise<Record<string, string>> {
  const names = (await below(folder)).filter(
    (name) => /\.\w+$/.test(name) && !name.startsWith('table-8') && !/^run(-\d+)?\.json$/.test(basename(name)),
  );
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'latin1')])),
  );
}
