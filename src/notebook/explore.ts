import type { Category } from '../dataset/category.js';
import type { EvaluateResult } from '../experiment/evaluate.js';
import type { Lab } from '../experiment/lab.js';
import { reportPage } from '../explore/saved/report.js';
import { fromEvaluation } from '../explore/saved/results.js';
import { htmlText } from '../explore/server/html.js';
import type { MimeBundle } from './cell-host.js';

/** How the explorer stands in a cell. */
export interface ExploreOptions {
  /** Height in pixels. Default: 760. */
  height?: number;
  /** Address of a running `softpatch explore`, to be linked above. */
  address?: string;
}

/** The explorer for a cell: as a cell's last expression it is shown by itself. */
export interface ExplorerCell {
  /** For other kernels, e.g. `tslab.display.html(cell.html)`. */
  readonly html: string;
}

/**
 * The views of `softpatch explore` over an evaluation, inline: linked charts over embedded data, no server (docs/explore.md). The cell
 * holds the category's images, so on real data it stays out of saved notebooks.
 * @param result of `evaluate` with a SoftPatch method or `witness`. @param lesson a lesson, or a lab with the result's category; its
 * cache saves computing again.
 * @throws InputError for another method, or settings that no page follows; Cancelled.
 */
export async function explore(
  result: EvaluateResult,
  lesson: Lab & { readonly category: Category },
  { height = 760, address }: ExploreOptions = {},
): Promise<ExplorerCell> {
  const { category } = lesson;
  const pieces: string[] = [];
  const place = ['--data', category.root];
  for await (const piece of reportPage(lesson, category, [fromEvaluation(result, 'the result')], place)) {
    pieces.push(piece);
  }
  const title = `SoftPatch explorer: ${category.name}`;
  const link = address ? `<p><a href="${htmlText(address)}" target="_blank">The page with its server</a></p>` : '';
  // The frame may run its own script and save files, and reaches nothing of the notebook.
  const html = `${link}<iframe title="${htmlText(title)}" sandbox="allow-scripts allow-downloads" srcdoc="${quoted(pieces.join(''))}" style="width:100%;height:${height}px;border:1px solid #8884;border-radius:8px"></iframe>`;
  const bundle: MimeBundle = { 'text/html': html, 'text/plain': title };
  return Object.defineProperty({ html }, Symbol.for('Jupyter.display'), { value: () => bundle });
}

/** A page within an attribute. */
function quoted(page: string): string {
  return page.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}
