import { readFile } from 'node:fs/promises';
import { InputError, unreadableFile } from '../errors.js';

/** A list of images to leave out: one name a line, lines that begin with `#` are comments. @throws InputError when it cannot be read. */
export async function readExclusions(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw unreadableFile('the exclusion list', path, error);
  });
  const names = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  return [...new Set(names)];
}

/**
 * Images without those on a list. A line names an image by its whole name or by the last parts of it, such as `004.png` for
 * `train/good/004.png`.
 * @throws InputError for a line that names no image or several, or when none is left.
 */
export function leaveOut<Image extends { name: string }>(
  images: readonly Image[],
  excluded: readonly string[],
  list: string,
): Image[] {
  const out = new Set<Image>();
  for (const line of excluded) {
    const name = line.replaceAll('\\', '/');
    const exact = images.filter((image) => image.name === name);
    const found = exact.length > 0 ? exact : images.filter((image) => image.name.endsWith(`/${name}`));
    if (found.length !== 1) {
      throw new InputError(
        `${list} names ${line}, which ${found.length === 0 ? 'is no training image' : `are ${found.length} images`}`,
        'Give names as softpatch audit writes them',
      );
    }
    out.add(found[0]);
  }
  const left = images.filter((image) => !out.has(image));
  if (left.length === 0) throw new InputError(`${list} leaves no training image`, 'Shorten it');
  return left;
}
