import { createRandom } from '../random.js';
import type { CellResult } from './cell-file.js';
import type { Claim } from './claims.js';
import { contrastOn } from './contrast.js';
import { escaped, head, line, signed } from './markdown.js';
import { atRatio, greedyRatio, ratiosOf } from './ratios.js';
import type { Interval } from './statistics.js';
import { type Evidence, overall, verdictOf } from './verdict.js';

const range = (interval: Interval | null): string =>
  interval ? `${signed(interval.low)} … ${signed(interval.high)}` : '–';

/** Categories with the ρ of each, `screw, ρ = 0.1`, and their results. */
export function places(results: readonly CellResult[]): { category: string; ratio: number; own: CellResult[] }[] {
  const categories = [...new Set(results.map(({ cell }) => cell.category))].sort();
  return categories.flatMap((category) => {
    const here = results.filter(({ cell }) => cell.category === category);
    return ratiosOf(here).map((ratio) => ({ category, ratio, own: atRatio(here, ratio) }));
  });
}

/** A claim as a section of Markdown: what the paper says, the verdict, and every difference with its intervals. */
export function claimSection(
  { title, says, contrasts, level }: Claim,
  results: readonly CellResult[],
  number: number,
): string {
  const rows: string[] = [];
  const evidence: Evidence[] = [];
  for (const contrast of contrasts) {
    const seen = new Set<string>();
    for (const { category, ratio, own } of places(results)) {
      const found = contrastOn(contrast, category, own, createRandom(0).fork(`${contrast.label} ${category}`));
      if (!found) continue;
      const greedy = contrast.terms.some(({ system }) =>
        own.some((result) => result.cell.system === system && greedyRatio(result) !== null),
      );
      const place = greedy ? `${category}, ρ = ${ratio}` : category;
      if (seen.has(place)) continue;
      seen.add(place);
      const verdict = verdictOf(found, level);
      evidence.push({ where: place, verdict });
      const paper = found.paper === undefined ? '–' : signed(found.paper);
      rows.push(
        line([
          escaped(contrast.label),
          place,
          paper,
          signed(found.mean),
          String(found.draws),
          range(found.overDraws),
          range(found.overImages),
          { for: 'holds', against: 'does not', open: 'open' }[verdict],
        ]),
      );
    }
  }
  const columns = ['difference', 'where', 'paper', 'ours', 'n', 'over draws, 95 %', 'over test images, 95 %', ''];
  return [
    `## ${number}. ${escaped(title)}`,
    says,
    `**${escaped(overall(evidence))}**`,
    [...head(columns), ...rows].join('\n'),
  ].join('\n\n');
}
