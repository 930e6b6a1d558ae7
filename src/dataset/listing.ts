import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { InputError, systemCode } from '../errors.js';
import { type LeftOut, noImages, whyLeftOut } from './left-out.js';

/** Endings of image files that are read; everything else in a folder is left out and counted. */
export const IMAGE_EXTENSIONS: readonly string[] = ['.png', '.jpg', '.jpeg', '.bmp', '.tif', '.tiff', '.webp'];

/** An image file of a folder: its name, and the name without extension by which masks pair; both with sub-folders, `a/b.png`. */
export interface Listed {
  file: string;
  stem: string;
  path: string;
}

/** What a folder holds. */
export interface Survey {
  images: Listed[];
  leftOut: LeftOut[];
  /** Links that lead nowhere or in a circle, sub-folders that may not be read. */
  problems: InputError[];
}

/**
 * The images of a folder and its sub-folders, sorted by name, and what else lies there; hidden files and folders are passed over.
 * @throws InputError: no such folder or image, one that may not be read, a link that leads nowhere or in a circle.
 */
export async function listImages(folder: string): Promise<Omit<Survey, 'problems'>> {
  const { images, leftOut, problems } = await surveyFolder(folder);
  if (problems.length > 0) throw problems[0];
  if (images.length === 0) throw noImages(folder, leftOut);
  return { images, leftOut };
}

/**
 * The images of a folder and its sub-folders, and what else lies there; what of it cannot be followed is a problem and the rest is
 * listed. @throws InputError for the folder itself: there is none, or it may not be read.
 */
export async function surveyFolder(folder: string): Promise<Survey> {
  const survey: Survey = { images: [], leftOut: [], problems: [] };
  await visit(folder, await names(folder), '', [], survey);
  survey.images.sort((a, b) => byCodeUnits(a.file, b.file));
  return survey;
}

async function visit(
  folder: string,
  listed: readonly string[],
  prefix: string,
  above: readonly string[],
  survey: Survey,
): Promise<void> {
  const own = await realpath(folder);
  if (above.includes(own)) throw new InputError(`${folder} is a link that leads in a circle`, 'Remove or mend it');
  for (const name of listed) {
    if (name.startsWith('.')) continue;
    const path = join(folder, name);
    try {
      const what = await kind(path);
      if (what.isDirectory()) await visit(path, await names(path), `${prefix}${name}/`, [...above, own], survey);
      else if (what.isFile()) add(survey, prefix + name, path);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      survey.problems.push(error);
    }
  }
}

function add({ images, leftOut }: Survey, file: string, path: string): void {
  const ending = extname(file);
  if (IMAGE_EXTENSIONS.includes(ending.toLowerCase())) {
    images.push({ file, stem: file.slice(0, -ending.length), path });
  } else leftOut.push({ count: 1, kind: ending.toLowerCase() || 'without ending', why: whyLeftOut(ending) });
}

/** The sub-folders of a folder, sorted by name; hidden ones are passed over. Empty where the folder is missing. */
export async function listFolders(folder: string): Promise<string[]> {
  const found: string[] = [];
  if (!(await isFolder(folder))) return found;
  for (const name of await names(folder)) {
    if (!name.startsWith('.') && (await kind(join(folder, name))).isDirectory()) found.push(name);
  }
  return found;
}

/** Whether the path leads to a folder. @throws InputError where that may not be seen. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (/^E(ACCES|PERM)$/.test(systemCode(error))) throw listingError(path, error);
    return false;
  }
}

/** Code-unit order, the same on every system and locale. */
function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function names(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort(byCodeUnits);
  } catch (error) {
    throw listingError(folder, error);
  }
}

async function kind(path: string): Promise<Awaited<ReturnType<typeof stat>>> {
  try {
    return await stat(path);
  } catch (error) {
    // It is listed, so what is missing is where it leads.
    const links: Record<string, string> = { ENOENT: 'leads nowhere', ELOOP: 'leads in a circle' };
    const where = links[systemCode(error)];
    if (where) throw new InputError(`${path} is a link that ${where}`, 'Remove or mend it');
    throw listingError(path, error);
  }
}

/** Says why a path cannot be listed, and what mends that. */
export function listingError(path: string, error: unknown): InputError {
  const known: Record<string, [string, string]> = {
    ENOENT: ['there is no such folder', 'Check the path'],
    ENOTDIR: ['it is no folder', 'Give a folder'],
    EACCES: ['you may not read it', 'Give yourself permission to read it'],
    EPERM: ['you may not read it', 'Give yourself permission to read it'],
  };
  const [why, fix] = known[systemCode(error)] ?? [(error as Error).message, 'Check the path'];
  return new InputError(`cannot list ${path}: ${why}`, fix, { cause: error });
}
