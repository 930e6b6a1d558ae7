// Runs the compiled tests with Node's own runner, in three parts. Without a flag: all but the whole run. --unit: of these only what
// starts no process and evaluates nothing, in a minute. --whole: what needs real parts (TensorFlow, Jupyter, a browser, Slurm) or
// minutes, *.whole.test.ts. Other arguments pick files of every part by a piece of their path.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const flags = process.argv.slice(2);
const wanted = flags.filter((flag) => !flag.startsWith('--'));
const isWhole = (file) => file.endsWith('.whole.test.js');
const isSlow = (file) => /cli|golden|evaluate|parity|binding|processes/.test(file);
const inPart = (file) => {
  if (wanted.length > 0) return wanted.some((part) => file.includes(part));
  if (flags.includes('--whole')) return isWhole(file);
  return !isWhole(file) && !(flags.includes('--unit') && isSlow(file));
};
const files = readdirSync('build/test', { recursive: true })
  .map((file) => join('build/test', String(file)))
  .filter((file) => file.endsWith('.test.js') && inPart(file))
  .sort();
if (files.length === 0) {
  console.error(`no test file matches ${wanted.join(' ')}; run npm run build first`);
  process.exit(1);
}
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=2', '--test-reporter=spec', ...files], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
