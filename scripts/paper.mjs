// Writes the tables and figures of data/results/paper into figures/, without the data sets; --check fails when they are stale.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cellName, EXPERIMENTS, experimentCells, readCell, writeExperiment } from 'softpatch-lab';

const RESULTS = 'data/results/paper';
/** Every finished cell, read with its checksum; a damaged one is an error, since nothing here can compute it again. */
async function finished() {
  const folder = join(RESULTS, 'cells');
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : [];
  return Promise.all(
    files
      .filter((file) => file.endsWith('.json'))
      .sort()
      .map(async (file) => {
        const { cell, key } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
        const result = await readCell(RESULTS, cell, key);
        if (!result) throw new Error(`${file} is damaged; delete it and run softpatch run again`);
        return result;
      }),
  );
}

const results = await finished();
const categories = [...new Set(results.map(({ cell }) => cell.category))].sort();
const draws = Math.max(1, ...results.map(({ cell }) => cell.draw + 1));
const check = process.argv.includes('--check');
const folder = check ? mkdtempSync(join(tmpdir(), 'softpatch-figures-')) : 'figures';
const paths = [];
for (const experiment of EXPERIMENTS) {
  const names = new Set(experimentCells(experiment, categories, draws).map(cellName));
  const own = results.filter(({ cell }) => names.has(cellName(cell)));
  paths.push(...(await writeExperiment(folder, experiment, own)));
}
if (check) {
  // Pixels may differ with another rasteriser build; what they are drawn from may not.
  const stale = paths
    .map((path) => path.slice(folder.length + 1))
    .filter((file) => !file.endsWith('.png'))
    .filter((file) => {
      const stored = join('figures', file);
      return !existsSync(stored) || readFileSync(stored, 'utf8') !== readFileSync(join(folder, file), 'utf8');
    });
  rmSync(folder, { recursive: true });
  if (stale.length > 0) {
    console.error(`stale in figures/: ${stale.join(' ')}; run node scripts/paper.mjs`);
    process.exit(1);
  }
} else console.log(paths.join('\n'));
