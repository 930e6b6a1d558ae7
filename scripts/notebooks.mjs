// npm run notebooks [-- NAME…]: runs notebooks with Node alone, by the kernel's own engine, and saves their outputs.
// --limit SECONDS of CPU, or of waiting, without a sign of progress end one (default 120); NAME is any part of a file name;
// --folder DIR (default notebooks); --check saves nothing.
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
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
const names = readdirSync(values.folder)
  .filter((name) => name.endsWith('.ipynb') && !name.startsWith('.'))
  .filter((name) => positionals.length === 0 || positionals.some((part) => name.includes(part)))
  .sort();
if (names.length === 0) {
  console.error(`no notebook matches ${positionals.join(' ')}`);
  process.exit(1);
}
const cells = openCells(resolve(values.folder));
const options = { limit: Number(values.limit), root: resolve('.'), save: !values.check };
let failed = 0;
for (const name of names) {
  const begin = performance.now();
  const why = await runNotebook(join(values.folder, name), cells, options);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`${why ? 'failed' : 'ok'}  ${name}  ${seconds} s`);
  if (why) console.error(`${name}: ${why}`);
  if (why) failed++;
}
console.log(`${names.length - failed} of ${names.length} notebooks ran`);
process.exit(failed > 0 ? 1 : 0);
