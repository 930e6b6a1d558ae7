// npm run notebooks [-- NAME…]: runs notebooks with Node alone, one child process each, and saves their outputs.
// --limit SECONDS ends one that works, or waits for nothing, that long without a sign of progress (default 300): a busy machine is no
// hang. NAME is any part of a file name.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
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

/** CPU seconds of a process with its threads; where the system does not tell, those of the clock. */
function cpuSeconds(pid) {
  try {
    const [, fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(/\) (?=[^)]*$)/);
    const [user, system] = fields.split(' ').slice(11, 13).map(Number);
    return (user + system) / 100;
  } catch {
    return performance.now() / 1000;
  }
}

/** Runs one notebook; resolves to why it failed, or null. */
function run(name) {
  return new Promise((done) => {
    const work = spawn(process.execPath, [child, join(values.folder, name)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const limit = Number(values.limit);
    let [before, worked, waited] = [0, 0, 0];
    // Every output and every finished cell is a sign.
    work.on('message', () => {
      worked = 0;
      waited = 0;
    });
    const pulse = setInterval(() => {
      const now = cpuSeconds(work.pid);
      worked += now - before;
      waited = now - before < 0.01 ? waited + 0.5 : 0;
      before = now;
      if (worked >= limit || waited >= limit) work.kill('SIGKILL');
    }, 500);
    work.on('exit', (code, signal) => {
      clearInterval(pulse);
      const what = waited >= limit ? 'waiting' : 'work';
      if (signal === 'SIGKILL') done(`ended after ${limit} s of ${what} without a sign of progress`);
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
