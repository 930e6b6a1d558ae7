import { join } from 'node:path';
import type { CellResult } from '../../experiment/paper/cell-file.js';
import { decodeRgb, encodePng } from '../../image/codec.js';
import { PATCHCORE_PREPROCESSING, resizeAndCrop } from '../../image/preprocess.js';
import { contactSheet } from '../contact-sheet.js';

/** Pictures a row and rows. */
const [ACROSS, DOWN] = [4, 3];

/**
 * Figure 8 as a contact sheet: the training images our denoiser suspects most, worst first. It shows the data set's
 * pictures, so it belongs beside the data, not among published figures.
 * @param root folder of the category.
 */
export async function naturalSheet({ cell, natural }: CellResult, root: string): Promise<string> {
  const worst = natural!.images.slice(0, ACROSS * DOWN);
  const rows = [];
  for (let row = 0; row < worst.length; row += ACROSS) {
    const own = worst.slice(row, row + ACROSS);
    const pictures = await Promise.all(
      own.map(async ({ name }) =>
        encodePng(resizeAndCrop(await decodeRgb(join(root, name)), { ...PATCHCORE_PREPROCESSING, crop: 256 })),
      ),
    );
    const names = own.map(({ name }) =>
      name
        .split('/')
        .at(-1)!
        .replace(/\.\w+$/, ''),
    );
    const weights = own.map(({ weight }) => weight.toFixed(2));
    const last = row + own.length;
    rows.push({ label: `rank ${row + 1}–${last}\n${names.join(' ')}\n${weights.join(' ')}`, pictures });
  }
  const headings = Array.from({ length: Math.min(ACROSS, worst.length) }, () => '');
  return contactSheet(`${cell.category}: training images by suspicion`, headings, rows);
}
