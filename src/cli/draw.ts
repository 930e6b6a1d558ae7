import { SCENES } from '../dataset/drawn/scenes.js';
import { type DrawnOptions, writeDrawnCategory } from '../dataset/drawn/write.js';
import { encodePng } from '../image/codec.js';
import type { Reporter } from '../kernels/reporter.js';

/** Writes every drawn category under a folder; returns their folders. */
export async function drawPictureCategories(
  to: string,
  options: DrawnOptions,
  reporter: Reporter,
  names: readonly string[] = Object.keys(SCENES),
): Promise<string[]> {
  const roots: string[] = [];
  for (const name of names) {
    roots.push(await writeDrawnCategory(to, name, options, encodePng, reporter.stage(`draw ${name}`)));
  }
  return roots;
}
