import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type DrawnOptions, type Encode, writeDrawnCategory } from './write.js';

/**
 * Draws a category unless its folder is there; a process that draws the same at the same time is no error.
 * @throws InputError as {@link writeDrawnCategory}.
 */
export async function ensureDrawnCategory(
  data: string,
  category: string,
  options: DrawnOptions,
  encode: Encode,
  progress?: (done: number, total: number) => void,
): Promise<void> {
  const isThere = (): boolean => existsSync(join(data, category));
  if (isThere()) return;
  await writeDrawnCategory(data, category, options, encode, progress).catch((error) => {
    if (!isThere()) throw error;
  });
}
