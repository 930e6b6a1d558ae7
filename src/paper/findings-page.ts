import { MVTEC_COUNTS } from '../dataset/mvtec-counts.js';
import { short } from '../figures/table.js';
import type { CellResult } from './cell-file.js';
import { claimSection, places } from './claim-section.js';
import { CLAIMS } from './claims.js';
import { TABLE_NOISE } from './grid.js';
import { escaped, head, line, signed } from './markdown.js';
import { PUBLISHED_SECONDS, publishedCell, publishedColumn, publishedColumns, repeatsTable6 } from './published.js';
import { greedyRatio } from './ratios.js';
import { meanAndDeviation } from './statistics.js';
import { paperSystem } from './systems.js';
import { timedCells } from './timing.js';

/** PatchCore with overlap beside 1 − n/A: a leaked defect finds itself in the bank and scores below every normal image. */
function arithmeticSection(results: readonly CellResult[], number: number): string {
  const rows = places(results).flatMap(({ category, ratio, own }) => {
    const counts = MVTEC_COUNTS[category];
    const cells = own.filter(
      ({ cell }) =>
        cell.kind === 'evaluate' &&
        cell.system === 'patchcore' &&
        cell.noise === TABLE_NOISE &&
        cell.overlap &&
        !cell.images,
    );
    if (!counts || cells.length === 0) return [];
    const [train, , anomalous] = counts;
    const n = Math.trunc(TABLE_NOISE * train);
    const { mean, deviation } = meanAndDeviation(cells.map(({ evaluate }) => evaluate!.image.auroc!));
    const paper = publishedCell(publishedColumn('table-6', 'patchcore', true), category);
    const ours = `${short(mean)}${deviation === null ? '' : ` ±${short(deviation)}`} (n = ${cells.length})`;
    const predicted = 1 - n / anomalous;
    return [
      line([
        category,
        String(ratio),
        short(predicted),
        paper === undefined ? '–' : short(paper),
        ours,
        signed(mean - predicted),
      ]),
    ];
  });
  return [
    `## ${number}. PatchCore with overlap is arithmetic: 1 − n/A`,
    'A leaked defect finds itself in the bank, is at distance 0 and scores below every normal image, so image AUROC falls to about 1 − n/A: n ' +
      'leaked of A defective test images, whatever the detector can see otherwise. A small bank (ρ = 0.01) forgets part of them and stays above.',
    [...head(['category', 'ρ', '1 − n/A', 'paper', 'ours', 'ours − (1 − n/A)']), ...rows].join('\n'),
  ].join('\n\n');
}

/** Table 8's two sentences: patch-level denoising costs little, PaDiM* in front three and a half times the training. */
function timingSection(results: readonly CellResult[], number: number): string {
  const seconds = (stages: Record<string, number>): number =>
    Object.values(stages).reduce((sum, value) => sum + value, 0);
  const published = (system: string): number => PUBLISHED_SECONDS.find((row) => row.system === system)!.train;
  const timed = timedCells(results);
  const rows = ['softpatch-lof', 'padim-star+patchcore'].flatMap((system) =>
    timed
      .filter(({ cell }) => cell.system === system)
      .flatMap((result) => {
        const { cell, timing } = result;
        const base = timed.find(
          (other) =>
            other.cell.system === 'patchcore' &&
            other.cell.category === cell.category &&
            greedyRatio(other) === greedyRatio(result),
        );
        if (!base) return [];
        const ours = seconds(timing!.train) / seconds(base.timing!.train);
        const paper = published(system) / published('patchcore');
        const place = `${cell.category}, ρ = ${greedyRatio(result)}`;
        return [line([escaped(paperSystem(system).label), place, `${paper.toFixed(2)} ×`, `${ours.toFixed(2)} ×`])];
      }),
  );
  return [
    `## ${number}. Patch-level denoising costs little, PaDiM\\* in front a multiple`,
    'Table 8: training time over PatchCore’s. Ours are medians of three runs after a warm-up, so they have no interval: differences of a tenth ' +
      'are within what runs of one machine differ. The paper’s smaller time for SoftPatch than for PatchCore, which does strictly less, is of that kind.',
    [...head(['system', 'where', 'paper', 'ours']), ...rows].join('\n'),
  ].join('\n\n');
}

function repeatedSection(number: number): string {
  const repeated = publishedColumns('table-7').filter(repeatsTable6);
  return [
    `## ${number}. Table 7 repeats Table 6`,
    `Captioned localisation, but ${repeated.length} of its ${publishedColumns('table-7').length} columns equal Table 6 in all fifteen categories ` +
      `(${escaped(repeated.map(({ system }) => paperSystem(system).label).join(', '))}): detection numbers. Our Table 7 stands beside Table 5’s instead.`,
  ].join('\n\n');
}

/** The paper's claims against our results, as one page of Markdown. */
export function findingsPage(results: readonly CellResult[]): string {
  const claims = CLAIMS.map((claim, i) => claimSection(claim, results, i + 1));
  const next = claims.length + 1;
  return `${[
    `# Findings

The appendix's sentences and what our result files say of each; written from [data/results/paper](../data/results/paper) by \`npm run results\`,
\`npm run check\` fails when it is stale. Differences are of AUROC, paired: both sides saw the same noise draw and seed. Two 95 % intervals
stand beside each mean: Student's over n draws, and a bootstrap over test images (1,000 times, normal and defective images apart, the same images
on both sides and in all draws; image AUROC only, and only where the cells hold scores). A claim holds where every interval lies above 0, does
not where every one lies below, and is open otherwise: overlapping intervals decide nothing. The paper's own differences are of one run.
They are not corrected for the number of comparisons.`,
    ...claims,
    arithmeticSection(results, next),
    timingSection(results, next + 1),
    repeatedSection(next + 2),
  ].join('\n\n')}\n`;
}
