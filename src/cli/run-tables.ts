import { join } from 'node:path';
import { renderPng } from '../figures/render.js';
import { suspectSheet } from '../figures/suspect-sheet.js';
import type { CellResult } from '../paper/cell-file.js';
import { type Experiment, experimentCells } from '../paper/grid.js';
import { finishedCells } from '../paper/run.js';
import { sweepClaims } from '../paper/survey.js';
import { writeExperiment } from '../paper/write.js';
import { writeAtomically } from '../storage/atomic.js';
import type { Grid, GridOptions } from './run-grid.js';

/** Writes the tables and figures of the cells that are there, and says what is missing. */
export async function writeTables(
  options: GridOptions & { results: string; out: string },
  experiments: readonly Experiment[],
  { data, categories, plan }: Grid,
): Promise<void> {
  const finished: CellResult[] = [];
  for (const experiment of experiments) {
    const own = experimentCells(experiment, categories, options.draws, options.systems);
    const { results, missing } = await finishedCells(options.results, own, plan);
    finished.push(...results);
    const paths = await writeExperiment(options.out, experiment, results);
    for (const { cell, natural } of results) {
      if (!natural) continue;
      const { category } = cell;
      const sheet = join(options.results, `natural-${category}.png`);
      const title = `${category}: training images by suspicion`;
      const svg = await suspectSheet(title, natural.images, join(data, category));
      await writeAtomically(sheet, renderPng(svg, 1.5));
      paths.push(sheet);
    }
    const lacking = missing.length > 0 ? `, ${missing.length} of ${own.length} cells missing` : '';
    console.log(`${experiment}${lacking}: ${paths.join(' ') || 'nothing to write yet'}`);
  }
  await sweepClaims(options.results, finished);
}
