import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { unreadableFile } from '../errors.js';
import { fewAtOnce } from '../storage/few-at-once.js';
import type { ImageRequest } from './spec.js';

/** Hash of an image file's bytes. @throws InputError when it cannot be read. */
export async function pictureHash(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: Error) => {
    throw unreadableFile('image', path, error);
  });
  return createHash('sha256').update(bytes).digest('hex');
}

/** {@link pictureHash} for the tiles of a picture, which ask one after another: a file is read once until it changes. */
export async function tiledPictureHash(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (!found) return pictureHash(path);
  const key = JSON.stringify([path, found.mtimeMs, found.size, found.ino]);
  if (last?.key !== key) last = { key, hash: pictureHash(path) };
  return last.hash;
}

let last: { key: string; hash: Promise<string> } | undefined;

/**
 * Which images show the same picture: equal numbers for files of equal bytes and for changed copies of one of them, in order
 * of first appearance. Copies must not vouch for each other.
 * @returns [images]. @throws InputError when an image cannot be read.
 */
export async function pictureGroups(images: readonly ImageRequest[]): Promise<Int32Array> {
  const paths = [...new Set(images.map(({ path }) => path))];
  const hashOf = new Map(await fewAtOnce(paths, async (path) => [path, await pictureHash(path)] as const));
  const numbers = new Map<string, number>();
  return Int32Array.from(images, ({ path }) => {
    const hash = hashOf.get(path)!;
    if (!numbers.has(hash)) numbers.set(hash, numbers.size);
    return numbers.get(hash)!;
  });
}
