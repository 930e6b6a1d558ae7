// npm run notebooks [-- NAME…]: runs notebooks with Node alone, one child process each, and saves their outputs.
// --limit SECONDS ends one that takes longer (default 300); NAME is any part of a file name.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { limit: { type: 'string', default: '300' }, folder: { type: 'string', default: 'notebooks' } },
});
const child = fileURLToPath(new URL('./notebook-child.cjs', import.meta.url));
const names = readdirSync(values.folder)
  .filter((name) => name.endsWith('.ipynb') && !name.startsWith('.'))
  .filter((name) => positionals.length === 0 || positionals.some((part) => name.includes(part)))
  .sort();
if (names.length === 0) {
  console.error(`no notebook matches ${positionals.join(' ')}`);
  process.exit(1);
}

/** Runs one notebook; resolves to why it failed, or null. */
function run(name) {
  return new Promise((done) => {
    const work = spawn(process.execPath, [child, join(values.folder, name)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const timer = setTimeout(() => work.kill('SIGKILL'), Number(values.limit) * 1000);
    work.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (signal === 'SIGKILL') done(`ended after ${values.limit} s`);
      else done(code === 0 ? null : `exit code ${code ?? signal}`);
    });
  });
}

const failures = [];
for (const name of names) {
  const begin = performance.now();
  const why = await run(name);
  console.log(
    `${why ? 'failed' : 'ok'}  ${name}  ${((performance.now() - begin) / 1000).toFixed(1)} s${why ? `  ${why}` : ''}`,
  );
  if (why) failures.push(name);
}
console.log(`${names.length - failures.length} of ${names.length} notebooks ran`);
process.exit(failures.length > 0 ? 1 : 0);
