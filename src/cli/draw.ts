import { ensureDrawnCategory } from '../dataset/drawn/ensure.js';
import { EASY_SCENES } from '../dataset/drawn/scenes.js';
import { type DrawnOptions, SMALL_SET, writeDrawnCategory } from '../dataset/drawn/write.js';
import { encodePng } from '../image/codec.js';
import type { Reporter } from '../progress.js';

/** Writes every drawn category under a folder; returns their folders. */
export async function drawPictureCategories(
  to: string,
  options: DrawnOptions,
  reporter: Reporter,
  names: readonly string[] = EASY_SCENES,
): Promise<string[]> {
  const roots: string[] = [];
  for (const name of names) {
    roots.push(await writeDrawnCategory(to, name, options, encodePng, reporter.stage(`draw ${name}`)));
  }
  return roots;
}

/** Draws those of the small categories that are not there yet; a process that draws the same at the same time is no error. */
export async function drawMissingCategories(
  to: string,
  reporter: Reporter,
  names: readonly string[] = EASY_SCENES,
): Promise<void> {
  for (const name of names) {
    await ensureDrawnCategory(to, name, SMALL_SET, encodePng, reporter.stage(`draw ${name}`));
  }
}
