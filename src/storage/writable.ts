import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InputError, systemCode } from '../errors.js';
import { writeError } from './atomic.js';
import { targetOf } from './target.js';

/**
 * Checks that a file can be written there, before long work; nothing is made.
 * @throws InputError naming the path: a folder, below a file, or where you may not write.
 */
export async function checkWritable(path: string): Promise<void> {
  try {
    const target = await targetOf(path);
    if (target.stream) return await access(target.path, constants.W_OK);
    const found = await stat(target.path).catch(missing);
    if (found?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    await checkFolderExists(dirname(resolve(target.path)));
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Checks that files can be written into a folder, which may still have to be made. @throws InputError as {@link checkWritable}. */
export async function checkWritableFolder(path: string): Promise<void> {
  try {
    await checkFolderExists(resolve(path));
  } catch (error) {
    throw writeError(path, error);
  }
}

/** The nearest folder above that exists must be one, and take files. */
async function checkFolderExists(folder: string): Promise<void> {
  const found = await stat(folder).catch(missing);
  if (!found && dirname(folder) !== folder) return checkFolderExists(dirname(folder));
  if (!found?.isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
  // /dev/full and its like: a folder of devices takes no files, whoever asks.
  if (folder === '/dev' || folder.startsWith('/proc'))
    throw new InputError(`${folder} takes no files`, 'Choose another output path');
  await access(folder, constants.W_OK | constants.X_OK);
}

function missing(error: unknown): null {
  if (systemCode(error) === 'ENOENT') return null;
  throw error;
}
