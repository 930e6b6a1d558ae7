import { cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../errors.js';
import { unpack } from '../storage/archive.js';
import { writeError } from '../storage/atomic.js';
import { layoutOf, listCategories, openCategory } from './layouts.js';
import { isFolder, listFolders } from './listing.js';
import { type CountReport, checkCounts } from './mvtec-counts.js';

/**
 * Brings MVTec AD (or any data in a layout that is read) under `target`: an archive is unpacked, a folder copied; every category is
 * opened, so that a missing mask or image shows now, and its counts are compared with the official table.
 * Categories appear whole or not at all; a failed import leaves nothing.
 * @throws InputError: nothing in MVTec's layout, a category that exists already, a broken archive.
 */
export async function importData(source: string, target: string, note: (text: string) => void): Promise<CountReport[]> {
  const kind = await stat(source).catch(() => null);
  if (!kind) throw new InputError(`there is no ${source}`, 'Give an archive or a folder');
  const staging = join(resolve(target), `.import.${process.pid}.tmp`);
  try {
    await mkdir(staging, { recursive: true });
    if (kind.isDirectory()) {
      note(`copying ${source}`);
      await cp(source, join(staging, 'copied'), { recursive: true });
    } else {
      note(`unpacking ${source}`);
      await unpack(source, staging);
    }
    const found = await findCategories(staging);
    if (found.length === 0)
      throw new InputError(`${source} holds no category (no train/good)`, 'Give MVTec AD or data in its layout');
    const reports: CountReport[] = [];
    for (const { root, name } of found) {
      const own = name === 'copied' ? (resolve(source).split(/[\\/]/).pop() ?? name) : name;
      if (await isFolder(join(target, own)))
        throw new InputError(`${join(target, own)} exists already`, 'Remove it first');
      const category = await openCategory(root);
      reports.push(checkCounts({ ...category, name: own }));
    }
    for (const [i, { root }] of found.entries()) {
      await bringBeside(root, target);
      await rename(root, join(target, reports[i].category));
    }
    return reports;
  } catch (error) {
    throw writeError(target, error);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Moves the folder that a layout needs beside its categories, unless it is there. */
async function bringBeside(root: string, target: string): Promise<void> {
  const beside = (await layoutOf(root))?.beside;
  if (!beside || (await isFolder(join(target, beside)))) return;
  await rename(join(dirname(root), beside), join(target, beside));
}

/** Categories at most two folders below. */
async function findCategories(folder: string, depth = 2): Promise<{ root: string; name: string }[]> {
  const names = await listCategories(folder);
  if (await layoutOf(folder)) return [{ root: folder, name: names[0] }];
  if (names.length > 0) return names.map((name) => ({ root: join(folder, name), name }));
  if (depth === 0) return [];
  const deeper = await Promise.all(
    (await listFolders(folder)).map((name) => findCategories(join(folder, name), depth - 1)),
  );
  return deeper.flat();
}
