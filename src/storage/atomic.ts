import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError, systemCode } from '../errors.js';

/**
 * Writes a file so that readers see the old content or the whole new one, never a part: into a temporary
 * neighbour, flushed (unless told not to), then renamed. The temporary file is removed on failure.
 * @throws InputError naming the file when the folder is not writable or the disk is full.
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array | ((file: FileHandle) => Promise<void>),
  { flush = true }: { flush?: boolean } = {},
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      if (typeof content === 'function') await content(file);
      else await file.writeFile(content);
      if (flush) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(path, error);
  }
}

/** Turns a system error of writing `path` into an {@link InputError}; other errors pass unchanged. */
export function writeError(path: string, error: unknown): unknown {
  const problem: Record<string, [string, string]> = {
    ENOSPC: ['the disk is full', 'Free some space and run again; nothing was half-written'],
    EDQUOT: ['the disk quota is used up', 'Free some space and run again; nothing was half-written'],
    EACCES: ['permission denied', 'Choose a folder you may write to'],
    EPERM: ['permission denied', 'Choose a folder you may write to'],
    EROFS: ['the file system is read-only', 'Choose a folder you may write to'],
    ENOTDIR: ['a part of the path is a file, not a folder', 'Choose another output path'],
    EEXIST: ['a part of the path is a file, not a folder', 'Choose another output path'],
    EFBIG: ['the file grew beyond the allowed size', 'Raise the limit; nothing was half-written'],
    EISDIR: ['it is a folder', 'Give a file name'],
    ENAMETOOLONG: ['the name is too long', 'Choose a shorter output path'],
  };
  const known = problem[systemCode(error)];
  return known ? new InputError(`cannot write ${path}: ${known[0]}`, known[1], { cause: error }) : error;
}

/** Writes JSON atomically, indented, with a newline at the end. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomically(path, `${JSON.stringify(value, null, 2)}\n`);
}
