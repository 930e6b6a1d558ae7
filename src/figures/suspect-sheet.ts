import { join } from 'node:path';
import type { Suspect } from '../analysis/suspicion.js';
import { encodePng } from '../image/codec.js';
import { PATCHCORE_PREPROCESSING } from '../image/preprocess.js';
import { contactSheet, type SheetRow } from './contact-sheet.js';
import { networkView } from './pictures.js';

/** Pictures a row, and rows. */
const [ACROSS, DOWN] = [4, 3];

/**
 * The training images a denoiser suspects most as a contact sheet, worst first (Figure 8): under each picture its rank,
 * name, suspicion and number of removed patches. It shows the data set's pictures, so it belongs beside the data, not
 * among published figures.
 * @param root folder the names are relative to. @returns SVG. @throws InputError for a picture that cannot be read.
 */
export async function suspectSheet(title: string, suspects: readonly Suspect[], root: string): Promise<string> {
  const worst = suspects.slice(0, ACROSS * DOWN);
  const rows: SheetRow[] = [];
  for (let from = 0; from < worst.length; from += ACROSS) {
    const own = worst.slice(from, from + ACROSS);
    const pictures = await Promise.all(
      own.map(async ({ name }) =>
        encodePng(await networkView(join(root, name), { ...PATCHCORE_PREPROCESSING, crop: 256 })),
      ),
    );
    const captions = own.map(({ name, weight, removed }, i) => {
      const short = name
        .split('/')
        .slice(-2)
        .join('/')
        .replace(/\.\w+$/, '');
      return `${from + i + 1}: ${short}\nweight ${weight.toFixed(2)}, ${removed} removed`;
    });
    rows.push({ label: from === 0 ? 'most suspicious\nfirst' : '', pictures, captions });
  }
  const headings = Array.from({ length: Math.min(ACROSS, worst.length) }, () => '');
  return contactSheet(title, headings, rows);
}
