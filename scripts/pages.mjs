// Writes figures/, docs/results.md, docs/speed.md and the README's numbers from data/results, and the example of
// docs/add-a-system.md from its test; --check fails when one is stale.
import { readFileSync } from 'node:fs';
import { stalePages, writePages } from 'softpatch-lab/paper';

const example = readFileSync('test/detector/own-system.ts', 'utf8').replaceAll('../../src/index.js', 'softpatch-lab');
const marked = { 'docs/add-a-system.md': { example: `\`\`\`ts\n${example}\`\`\`` } };
if (process.argv.includes('--check')) {
  const stale = await stalePages('.', marked);
  if (stale.length > 0) {
    console.error(`stale: ${stale.join(' ')}; run npm run results`);
    process.exit(1);
  }
} else console.log((await writePages('.', '.', marked)).join('\n'));
