import assert from 'node:assert/strict';
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { writeCell } from '../../src/paper/cell-file.js';
import { experimentCells } from '../../src/paper/grid.js';
import { fillMarked } from '../../src/paper/marked.js';
import { stalePages, writePages } from '../../src/paper/pages.js';
import { temporaryFolder } from '../temporary.js';
import { madeUp } from './paper-results.js';

/** A project with a few results. */
async function project(folder: string): Promise<void> {
  const results = join(folder, 'data/results');
  for (const cell of experimentCells('table-6', ['screw'], 2)) {
    await writeCell(join(results, 'paper'), { ...madeUp(cell), key: `${cell.system}${cell.draw}`.padEnd(64, '0') });
  }
  const timings = { total: 30, coreset: 18, search: 7 };
  const bench = {
    machine: { cpu: 'a processor', threads: 2, node: 'v20' },
    rows: [{ stage: 'LOF', unit: 'ms a position', ours: 1.9347, plain: 65.2, ratio: 33.7 }],
    authors: [{ stage: 'coreset', ours: 18, theirs: 2290, ratio: 127.2 }],
    screw: { timings },
  };
  await writeFile(join(results, 'bench.json'), JSON.stringify(bench));
  const against = {
    machine: { cpu: 'a processor', threads: 2, node: 'v20', load: 1 },
    runs: 3,
    against: { commit: 'aca40e9916f5', date: '2026-11-25' },
    here: { commit: '0123456789ab', changed: false },
    rows: [{ stage: 'coreset', before: { seconds: 4, cpu: 6 }, after: { seconds: 2, cpu: 3 }, same: true }],
    farthest: 0,
  };
  await writeFile(join(results, 'against.json'), JSON.stringify(against));
  await mkdir(join(results, 'measured'));
  const run = { what: 'a run', command: 'evaluate --x', machine: 'a machine', figures: { 'whole run': '25 s' } };
  await writeFile(join(results, 'measured/1-run.json'), JSON.stringify(run));
  const marks = (name: string): string => `<!-- ${name} -->\nold\n<!-- /${name} -->\n`;
  await writeFile(join(folder, 'README.md'), `# R\n\n${marks('claim')}${marks('results-summary')}`);
  await writeFile(join(folder, 'PAGE.md'), marks('example'));
}

test('pages are written from the result files, are fresh then, and stale after any change', async (t) => {
  const folder = await temporaryFolder(t);
  await project(folder);
  const before = await stalePages(folder);
  for (const path of ['README.md', 'docs/results.md', 'docs/speed.md', 'figures/table-6.md']) {
    assert.ok(before.includes(path), path);
  }
  const marked = { 'PAGE.md': { example: 'made elsewhere' } };
  await writePages(folder, folder, marked);
  assert.deepEqual(await stalePages(folder, marked), []);
  const text = (path: string): Promise<string> => readFile(join(folder, path), 'utf8');
  assert.match(await text('README.md'), /\| screw: PatchCore \| \.745 ±\.007 \| \.724 \| \.710 \|/);
  assert.match(await text('docs/results.md'), /\| PatchCore \| \.745 ±\.007 \(paper \.710, \+\.035\) \|/);
  assert.match(await text('README.md'), /AUROC of \*\*\.765\*\*, SoftPatch with \*\*\.955\*\* \(screw of MVTec AD/);
  assert.match(await text('PAGE.md'), /made elsewhere/);
  const speed = await text('docs/speed.md');
  assert.match(speed, /\| LOF \| ms a position \| 1\.93 \| 65\.2 \| 33\.7 × \|/);
  assert.match(speed, /took 30 s cold\. The slowest remaining stage is coreset \(18\.0 s\)/);
  assert.match(speed, /\| a run<br>`softpatch evaluate --x` \| whole run 25 s \|/);
  assert.match(speed, /\| coreset \| 4 \(6\) \| 2 \(3\) \| 2 × \| 2 × \| the same bytes \|/);
  await appendFile(join(folder, 'docs/speed.md'), ' ');
  await rm(join(folder, 'figures/table-6.tex'));
  assert.deepEqual(await stalePages(folder), ['figures/table-6.tex', 'docs/speed.md']);
});

test('a damaged result is an error that names it', async (t) => {
  const folder = await temporaryFolder(t);
  await project(folder);
  const cells = join(folder, 'data/results/paper/cells/screw');
  const [file] = await readdir(cells);
  await writeFile(join(cells, file), (await readFile(join(cells, file), 'utf8')).replace('0.1', '0.2'));
  await assert.rejects(writePages(folder, folder), /is damaged\. Delete it/);
});

test('fillMarked replaces what stands between the marks and nothing else', () => {
  const text = 'a\n<!-- x -->\nold $1\n<!-- /x -->\nb';
  assert.equal(fillMarked('R', text, 'x', 'new $& text\n'), 'a\n<!-- x -->\n\nnew $& text\n\n<!-- /x -->\nb');
  assert.equal(fillMarked('R', fillMarked('R', text, 'x', 'y'), 'x', 'y'), fillMarked('R', text, 'x', 'y'));
  assert.throws(() => fillMarked('README.md', text, 'z', ''), /README\.md has no marks of z/);
});
