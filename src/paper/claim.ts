import { mean } from 'd3-array';
import { type FigureTable, short } from '../figures/table.js';

/**
 * The README's one sentence with one number, from the table that stands below it: mean pixel AUROC of PatchCore and of
 * SoftPatch-LOF over its categories.
 * @param table of {@link summaryTable}. Empty where it lacks one of the two.
 */
export function claimText({ columns, rows }: FigureTable): string {
  const column = columns.indexOf('pixel: ours');
  const of = (system: string): number[] =>
    rows
      .filter(({ label }) => label.endsWith(`: ${system}`))
      .map(({ figures }) => figures[column]?.mean)
      .filter((mean) => mean !== undefined);
  const [patchcore, softpatch] = [of('PatchCore'), of('SoftPatch-LOF')];
  if (patchcore.length === 0 || patchcore.length !== softpatch.length) return '';
  const categories = [...new Set(rows.map(({ label }) => label.split(':')[0]))];
  return (
    'With one defective image to every ten good ones in training, PatchCore marks defective pixels with an AUROC of ' +
    `**${short(mean(patchcore)!)}**, SoftPatch with **${short(mean(softpatch)!)}** (${categories.join(' and ')} of MVTec AD, r = 0.1, overlap).`
  );
}
