// npm run notebooks [-- NAME…]: runs notebooks and the solutions beside them with Node alone, by the kernel's own engine, and saves their outputs.
// --limit SECONDS of CPU, or of waiting, without a sign of progress end one (default 120); NAME is any part of a file name, of a solution's
// with `solutions/` before it; --folder DIR (default notebooks); --check saves nothing; --beside runs solutions beside the lessons.
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
    beside: { type: 'boolean', default: false },
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
const options = { limit: Number(values.limit), root: resolve('.'), save: !values.check };
let failed = 0;
/** Notebooks of one folder, one after another: they share the compiler's knowledge. */
async function runAll(own) {
  const cells = openCells(resolve(values.folder, dirname(own[0])));
  for (const name of own) {
    const begin = performance.now();
    const why = await runNotebook(join(values.folder, name), cells, options);
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    console.log(`${why ? 'failed' : 'ok'}  ${name}  ${seconds} s`);
    if (why) console.error(`${name}: ${why}`);
    if (why) failed++;
  }
}
const folders = [names.filter((name) => dirname(name) === '.'), names.filter((name) => dirname(name) !== '.')].filter(
  (own) => own.length > 0,
);
if (values.beside) await Promise.all(folders.map(runAll));
else for (const own of folders) await runAll(own);
console.log(`${names.length - failed} of ${names.length} notebooks ran`);
process.exit(failed > 0 ? 1 : 0);
