import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError, systemCode } from '../errors.js';
import { targetOf } from './target.js';
import { settled, temporaryFor } from './temporaries.js';

/**
 * Writes a file so that readers see the old content or the whole new one, never a part: into a temporary
 * neighbour, flushed (unless told not to), then renamed. Links are followed, so that what they lead to is replaced, not the link;
 * devices and pipes are written as they are. The temporary file is removed on failure, and when the process exits.
 * @throws InputError naming the file when the folder is not writable or the disk is full.
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array | ((file: FileHandle) => Promise<void>),
  { flush = true }: { flush?: boolean } = {},
): Promise<void> {
  const write = async (file: FileHandle): Promise<void> => {
    if (typeof content === 'function') await content(file);
    else await file.writeFile(content);
  };
  let temporary: string | undefined;
  try {
    const target = await targetOf(path);
    if (target.stream) return await closing(await open(target.path, 'a'), write);
    await mkdir(dirname(target.path), { recursive: true });
    temporary = temporaryFor(target.path);
    await closing(await open(temporary, 'wx'), async (file) => {
      await write(file);
      if (flush) await file.sync();
    });
    await rename(temporary, target.path);
  } catch (error) {
    if (temporary) await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(path, error);
  } finally {
    if (temporary) settled(temporary);
  }
}

async function closing(file: FileHandle, work: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await work(file);
  } finally {
    await file.close();
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
