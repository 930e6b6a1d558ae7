import { join } from 'node:path';
import { csvFormat } from 'd3-dsv';
import type { TopLevelSpec } from 'vega-lite';
import { renderPng } from '../figures/render.js';
import { type FigureTable, toCsv, toHtml, toLatex, toMarkdown } from '../figures/table.js';
import { renderChart } from '../figures/vega.js';
import { writeAtomically } from '../storage/atomic.js';
import { authorsReadmeTable } from './authors-readme.js';
import type { CellResult } from './cell-file.js';
import { coresetChart, coresetRows } from './coresets.js';
import type { Experiment } from './grid.js';
import { authorsCodeTable, settingsTable } from './settings-table.js';
import { aurocTable } from './tables.js';
import { timingChart, timingRows } from './timing.js';
import { timingTable } from './timing-table.js';
import { trendChart, trendRows } from './trends.js';

/** Dots an inch of printed figures, one unit being a point. */
const PRINT = 300 / 72;

/** Writes the formats of one thing, named by their endings. @returns the paths. */
function writeFormats(
  folder: string,
  name: string,
  formats: Readonly<Record<string, string | Uint8Array>>,
): Promise<string[]> {
  return Promise.all(
    Object.entries(formats).map(async ([ending, content]) => {
      const path = join(folder, `${name}.${ending}`);
      await writeAtomically(path, content);
      return path;
    }),
  );
}

/** Writes a table as Markdown, HTML, LaTeX and CSV. @returns the paths. */
export async function writeTable(folder: string, name: string, table: FigureTable): Promise<string[]> {
  const [md, html, tex, csv] = [toMarkdown(table), toHtml(table), toLatex(table), toCsv(table)];
  return writeFormats(folder, name, { md, html, tex, csv });
}

/** Writes a chart as SVG and 300-dpi PNG, and what it draws as CSV. @returns the paths. */
export async function writeChart(
  folder: string,
  name: string,
  spec: TopLevelSpec,
  rows: readonly object[],
): Promise<string[]> {
  const svg = await renderChart(spec);
  return writeFormats(folder, name, { ...printed(svg), csv: `${csvFormat(rows as object[])}\n` });
}

/** Writes a drawing as SVG and 300-dpi PNG. @returns the paths. */
export async function writeFigure(folder: string, name: string, svg: string): Promise<string[]> {
  return writeFormats(folder, name, printed(svg));
}

/** Writes a table a category. @returns the paths. */
async function writeTables(
  folder: string,
  name: string,
  results: readonly CellResult[],
  make: (category: string, results: readonly CellResult[]) => FigureTable,
): Promise<string[]> {
  const categories = [...new Set(results.map(({ cell }) => cell.category))].sort();
  const paths = categories.map((category) => writeTable(folder, `${name}-${category}`, make(category, results)));
  return (await Promise.all(paths)).flat();
}

const printed = (svg: string): { svg: string; png: Uint8Array } => ({ svg, png: renderPng(svg, PRINT) });

/**
 * Writes an experiment's tables and figures from its finished cells.
 * @returns the paths; none where nothing was measured.
 */
export async function writeExperiment(
  folder: string,
  experiment: Experiment,
  results: readonly CellResult[],
): Promise<string[]> {
  if (results.length === 0) return [];
  switch (experiment) {
    case 'table-5':
    case 'table-6':
    case 'table-7':
      return writeTable(folder, experiment, await aurocTable(experiment, results));
    case 'authors-readme':
      return writeTable(folder, experiment, await authorsReadmeTable(results));
    case 'authors-code':
      return writeTables(folder, experiment, results, authorsCodeTable);
    case 'all-settings':
      return writeTables(folder, experiment, results, settingsTable);
    case 'table-8': {
      const rows = timingRows(results);
      return [
        ...(await writeTable(folder, experiment, timingTable(results))),
        ...(await writeChart(folder, `${experiment}-chart`, timingChart(rows), rows)),
      ];
    }
    case 'figure-6':
    case 'figure-7': {
      const rows = await trendRows(results, experiment === 'figure-7');
      return writeChart(folder, experiment, trendChart(rows), rows);
    }
    case 'figure-5': {
      const paths: string[] = [];
      for (const category of new Set(results.map(({ cell }) => cell.category))) {
        const own = results.filter(({ cell }) => cell.category === category);
        for (const byMask of [false, true]) {
          const rows = coresetRows(own, byMask);
          const name = `${experiment}-${category}${byMask ? '-by-mask' : ''}`;
          paths.push(...(await writeChart(folder, name, coresetChart(rows), rows)));
        }
      }
      return paths;
    }
    case 'figure-8':
      return Promise.all(
        results.map(async ({ cell, natural }) => {
          const path = join(folder, `${experiment}-${cell.category}.csv`);
          await writeAtomically(path, `${csvFormat(natural!.images)}\n`);
          return path;
        }),
      );
  }
}
