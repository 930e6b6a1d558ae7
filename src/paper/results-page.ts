import { type FigureTable, toMarkdown } from '../figures/table.js';
import { authorsReadmeTable } from './authors-readme.js';
import type { CellResult } from './cell-file.js';
import { AUROC_TABLES, type AurocTable } from './published-cells.js';
import { publishedTable } from './published-tables.js';
import { atRatio, chosenResults, greedyRatio, ratiosOf, resultsOf } from './ratios.js';
import { authorsCodeTable, settingsTable } from './settings-table.js';
import { aurocTable } from './tables.js';
import { timingTable } from './timing-table.js';

const INTRODUCTION = `# Results

Every number here is computed from the result files in [data/results/paper](../data/results/paper), one a cell (category × system × noise ×
setting × draw), and this page is written from them by \`npm run results\`; \`npm run check\` fails when it is stale. How a cell is
computed again, and every table from an empty folder: [reproduce.md](reproduce.md). What the numbers say about the paper's claims:
[findings.md](findings.md). Masks \`nearest\`, τ = 0.15.

± has one meaning everywhere: the standard deviation (n − 1) over n draws of noise and seeds. The paper's numbers are one run with
wide_resnet50_2 and ρ = 0.1; ours use the backbone and ρ that stand under each table. Means are taken over the same categories on both sides.
PaDiM\\* is PaDiM with resnet18, so where the backbone is resnet18 the two rows are one system.`;

const FIGURES = `## Figures

![AUROC against noise without overlap, Figure 6](../figures/figure-6.png)
![AUROC against noise with overlap, Figure 7](../figures/figure-7.png)
`;

/** Every table of the results as one page of Markdown. */
export async function resultsPage(results: readonly CellResult[]): Promise<string> {
  const tables = await Promise.all(AUROC_TABLES.map((name) => aurocTable(name, chosenResults(name, results))));
  const code = chosenResults('authors-code', results);
  const settings = chosenResults('all-settings', results);
  return [
    INTRODUCTION,
    '## The paper’s tables',
    ...tables.map(toMarkdown),
    toMarkdown(await authorsReadmeTable(chosenResults('authors-readme', results))),
    toMarkdown(timingTable(chosenResults('table-8', results))),
    '## The authors’ code on the same images',
    ...categoriesOf(code, ({ cell }) => cell.images !== undefined).map((name) =>
      toMarkdown(authorsCodeTable(name, code)),
    ),
    '## Every system in every setting',
    'The appendix leaves gaps: the weightings have no column with overlap, the pipelines none without.',
    ...categoriesOf(settings).map((name) => toMarkdown(settingsTable(name, settings))),
    FIGURES + coresetFigures(results),
    ...(await otherRatios(results)),
    '## What the paper prints',
    ...AUROC_TABLES.map((name) => toMarkdown(publishedTable(name))),
    toMarkdown(publishedTable('table-8')),
  ]
    .map((part) => part.trimEnd())
    .join('\n\n')
    .concat('\n');
}

function categoriesOf(results: readonly CellResult[], want = (_: CellResult): boolean => true): string[] {
  return [...new Set(results.filter(want).map(({ cell }) => cell.category))].sort();
}

function coresetFigures(results: readonly CellResult[]): string {
  return categoriesOf(chosenResults('figure-5', results))
    .map((name) => `![t-SNE of three coresets on ${name}, Figure 5](../figures/figure-5-${name}-by-mask.png)`)
    .join('\n');
}

/** The AUROC tables of categories at another ρ than the one above. */
async function otherRatios(results: readonly CellResult[]): Promise<string[]> {
  const parts: string[] = [];
  for (const ratio of ratiosOf(results)) {
    for (const name of AUROC_TABLES) {
      const table = await tableAt(name, results, ratio);
      if (table) parts.push(toMarkdown(table));
    }
  }
  return parts.length > 0 ? ['## The same tables at another ρ', ...parts] : [];
}

async function tableAt(name: AurocTable, results: readonly CellResult[], ratio: number): Promise<FigureTable | null> {
  const chosen = new Set(chosenResults(name, results));
  const left = resultsOf(name, results).filter((result) => greedyRatio(result) === ratio && !chosen.has(result));
  if (left.length === 0) return null;
  const categories = categoriesOf(left);
  const own = atRatio(resultsOf(name, results), ratio).filter(({ cell }) => categories.includes(cell.category));
  const table = await aurocTable(name, own);
  return { ...table, title: `${table.title}, ρ = ${ratio}` };
}
