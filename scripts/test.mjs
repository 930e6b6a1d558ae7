// Runs the compiled tests with Node's own runner. --unit leaves out whole runs (commands as processes, golden values,
// evaluations), --whole runs only them and those on the real TensorFlow (a download of 0.3 GB); other arguments pick files by a
// part of their path.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const flags = process.argv.slice(2);
const wanted = flags.filter((flag) => !flag.startsWith('--'));
const isWhole = (file) => /cli|golden|evaluate|parity|binding|real-/.test(file);
const isLong = (file) => /real-/.test(file);
const inPart = (file) => {
  if (flags.includes('--whole')) return isWhole(file);
  // A file of the longest ones runs where it is named.
  const named = wanted.some((part) => file.includes(part));
  return (named || !isLong(file)) && !(flags.includes('--unit') && isWhole(file));
};
const files = readdirSync('build/test', { recursive: true })
  .map((file) => join('build/test', String(file)))
  .filter(
    (file) =>
      file.endsWith('.test.js') && inPart(file) && (wanted.length === 0 || wanted.some((part) => file.includes(part))),
  )
  .sort();
if (files.length === 0) {
  console.error(`no test file matches ${wanted.join(' ')}; run npm run build first`);
  process.exit(1);
}
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=2', '--test-reporter=spec', ...files], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
