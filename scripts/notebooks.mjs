// npm run notebooks [-- NAME…]: runs notebooks and the solutions beside them with Node alone, by the kernel's own engine, and saves their outputs.
// --limit SECONDS of CPU, or of waiting, without a sign of progress end one (default 120); NAME is any part of a file name, of a solution's
// with `solutions/` before it; --folder DIR (default notebooks); --check saves nothing.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openCells } from '../build/src/jupyter/language/cells.js';
import { runNotebook } from '../build/src/jupyter/notebook/run-notebook.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    limit: { type: 'string', default: '120' },
    folder: { type: 'string', default: 'notebooks' },
    check: { type: 'boolean', default: false },
  },
});
const notebooksIn = (folder) => {
  const path = join(values.folder, folder);
  const names = existsSync(path) ? readdirSync(path).sort() : [];
  return names.filter((name) => name.endsWith('.ipynb') && !name.startsWith('.')).map((name) => join(folder, name));
};
const names = [...notebooksIn(''), ...notebooksIn('solutions')].filter(
  (name) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
);
if (names.length === 0) {
  console.error(`no notebook matches ${positionals.join(' ')}`);
  process.exit(1);
}
/** The compiler's knowledge of a folder's notebooks. */
const cellsOf = new Map();
const options = { limit: Number(values.limit), root: resolve('.'), save: !values.check };
let failed = 0;
for (const name of names) {
  const begin = performance.now();
  const folder = resolve(values.folder, dirname(name));
  if (!cellsOf.has(folder)) cellsOf.set(folder, openCells(folder));
  const why = await runNotebook(join(values.folder, name), cellsOf.get(folder), options);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`${why ? 'failed' : 'ok'}  ${name}  ${seconds} s`);
  if (why) console.error(`${name}: ${why}`);
  if (why) failed++;
}
console.log(`${names.length - failed} of ${names.length} notebooks ran`);
process.exit(failed > 0 ? 1 : 0);
