// Writes figures/, docs/results.md, docs/speed.md and the README's generated blocks from data/results; --check fails when they are stale.
import { readFileSync } from 'node:fs';
import { stalePages, writePages } from 'softpatch-lab/paper';

const example = readFileSync('test/detector/own-system.ts', 'utf8').replaceAll('../../src/index.js', 'softpatch-lab');
const shown = readFileSync('README.md', 'utf8').includes('<!-- example -->');
const blocks = shown ? { example: `\`\`\`ts\n${example}\`\`\`` } : {};
if (process.argv.includes('--check')) {
  const stale = await stalePages('.', blocks);
  if (stale.length > 0) {
    console.error(`stale: ${stale.join(' ')}; run npm run results`);
    process.exit(1);
  }
} else console.log((await writePages('.', '.', blocks)).join('\n'));
