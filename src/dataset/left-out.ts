import { InputError } from '../errors.js';

/** Files of one kind that lie among a data set's images and are not read. */
export interface LeftOut {
  count: number;
  /** An ending such as `.gif`, or the folder they lie in. */
  kind: string;
  why: 'a format that is not read' | 'no image' | 'not used';
}

/** Endings of images that are left out; other endings are taken for no image. */
const UNREAD =
  `.gif .heic .heif .avif .jp2 .jxl .tga .ppm .pgm .pbm .pnm .exr .hdr .svg .dng .cr2 .cr3 .nef .arw .raw .psd .ico .dcm
  .npy`
    .split(/\s+/)
    .map((ending) => ending.trim());

/** Why a file with this ending is left out. */
export function whyLeftOut(ending: string): LeftOut['why'] {
  return UNREAD.includes(ending.toLowerCase()) ? 'a format that is not read' : 'no image';
}

/** Adds up entries of the same kind, largest first. */
export function addUp(entries: readonly LeftOut[]): LeftOut[] {
  const sums = new Map<string, LeftOut>();
  for (const { count, kind, why } of entries) {
    if (count === 0) continue;
    const sum = sums.get(kind) ?? { count: 0, kind, why };
    sum.count += count;
    sums.set(kind, sum);
  }
  return [...sums.values()].sort((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : 1));
}

/** A folder in which nothing is read. */
export function noImages(where: string, leftOut: readonly LeftOut[]): InputError {
  const line = leftOutLine(leftOut);
  return new InputError(
    `${where} holds no images that are read${line === '' ? '' : ` (${line})`}`,
    'Give a folder of PNG, JPEG, BMP, TIFF or WebP images',
  );
}

/** One line: how many files of which kind were left out, and why; empty when none were. */
export function leftOutLine(entries: readonly LeftOut[]): string {
  const parts = addUp(entries).map(({ count, kind, why }) => `${count} ${kind} (${why})`);
  return parts.length === 0 ? '' : `left out: ${parts.join(', ')}`;
}
