import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { InputError, systemCode } from '../errors.js';

/** Image files that are read; everything else in a folder (readme, licence, thumbnails' indexes) is passed over. */
export const IMAGE_EXTENSIONS: readonly string[] = ['.png', '.jpg', '.jpeg', '.bmp', '.tif', '.tiff', '.webp'];

/** An image file of a folder: its name, and the name without extension by which masks pair. */
export interface Listed {
  file: string;
  stem: string;
  path: string;
}

/**
 * The images of a folder, sorted by name.
 * @throws InputError: no such folder, a link that leads nowhere or in a circle, or two files that differ only in extension.
 */
export async function listImages(folder: string): Promise<Listed[]> {
  const images: Listed[] = [];
  const stems = new Map<string, string>();
  for (const file of await names(folder)) {
    const extension = extname(file);
    if (file.startsWith('.') || !IMAGE_EXTENSIONS.includes(extension.toLowerCase())) continue;
    const path = join(folder, file);
    if (!(await kind(path))?.isFile()) continue;
    const stem = file.slice(0, -extension.length);
    const twin = stems.get(stem);
    if (twin)
      throw new InputError(`${folder} holds both ${twin} and ${file}`, 'Keep one: images and masks pair by name');
    stems.set(stem, file);
    images.push({ file, stem, path });
  }
  return images;
}

/** The sub-folders of a folder, sorted by name; hidden ones are passed over. Empty where the folder is missing. */
export async function listFolders(folder: string): Promise<string[]> {
  const found: string[] = [];
  if (!(await isFolder(folder))) return found;
  for (const name of await names(folder)) {
    if (!name.startsWith('.') && (await kind(join(folder, name)))?.isDirectory()) found.push(name);
  }
  return found;
}

/** Whether the path leads to a folder. */
export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

async function names(folder: string): Promise<string[]> {
  try {
    // Code-unit order, the same on every system and locale.
    return (await readdir(folder)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  } catch (error) {
    const why = systemCode(error) === 'ENOENT' ? 'there is no such folder' : (error as Error).message;
    throw new InputError(`cannot list ${folder}: ${why}`, 'Check the path');
  }
}

async function kind(path: string): Promise<Awaited<ReturnType<typeof stat>> | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    const why = systemCode(error) === 'ELOOP' ? 'a link that leads in a circle' : 'a link that leads nowhere';
    throw new InputError(`${path} is ${why}`, 'Remove or mend it');
  }
}
