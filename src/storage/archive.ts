import { createReadStream } from 'node:fs';
import { isAbsolute } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import * as tar from 'tar';
import xz from 'xz-decompress';
import { InputError } from '../errors.js';
import { writeError } from './atomic.js';

/**
 * Unpacks a `.tar`, `.tar.gz` or `.tar.xz` into an existing folder. Nothing is written outside it: an entry with an
 * absolute path, `..` or a link stops the import.
 * @throws InputError naming the archive: unknown kind, damaged, or an entry that leads outside.
 */
export async function unpack(archive: string, folder: string): Promise<void> {
  if (!/\.(tar|tgz|tar\.gz|txz|tar\.xz)$/i.test(archive)) {
    throw new InputError(`${archive} is no .tar, .tar.gz or .tar.xz`, 'Unpack it yourself and import the folder');
  }
  let refused: string | undefined;
  const file = createReadStream(archive);
  const packed = /xz$/i.test(archive)
    ? Readable.fromWeb(new xz.XzReadableStream(Readable.toWeb(file) as never) as unknown as ReadableStream)
    : file;
  const extract = tar.x({
    cwd: folder,
    strict: true,
    filter(path, entry) {
      const type = 'type' in entry ? entry.type : 'File';
      if (isAbsolute(path) || path.split(/[\\/]/).includes('..')) refused ??= `${path} leads outside its folder`;
      else if (type !== 'File' && type !== 'OldFile' && type !== 'Directory') refused ??= `${path} is a ${type}`;
      return refused === undefined;
    },
  });
  try {
    await pipeline(packed, extract);
  } catch (error) {
    const known = writeError(folder, error);
    if (known instanceof InputError) throw known;
    throw new InputError(`cannot unpack ${archive}: ${(error as Error).message}`, 'Download it again');
  }
  if (refused) throw new InputError(`${archive}: ${refused}`, 'Do not use this archive; nothing of it was kept');
}
