import { basename, join, resolve } from 'node:path';
import { InputError } from '../errors.js';
import type { Category, Sample } from './category.js';
import { kolektor, kolektor2 } from './layouts/kolektor.js';
import type { Layout, LayoutReading } from './layouts/layout.js';
import { mvtec, mvtec2 } from './layouts/mvtec.js';
import { visa } from './layouts/visa.js';
import { addUp, type LeftOut } from './left-out.js';
import { listFolders, listImages } from './listing.js';
import { hasMasks } from './masks.js';
import { isNormalName } from './normal-names.js';

/** The layouts that are read; the first that fits a folder counts. */
export const LAYOUTS: readonly Layout[] = [mvtec2, mvtec, visa, kolektor, kolektor2];

/** The layout of a category folder, or undefined where it has none. */
export async function layoutOf(root: string): Promise<Layout | undefined> {
  for (const layout of LAYOUTS) if (await layout.fits(root)) return layout;
  return undefined;
}

/** Names of the categories under a data folder; a folder that is itself a category gives its own name. */
export async function listCategories(data: string): Promise<string[]> {
  if (await layoutOf(data)) return [basename(resolve(data))];
  const found: string[] = [];
  for (const name of await listFolders(data)) if (await layoutOf(join(data, name))) found.push(name);
  return found;
}

/**
 * Opens a category in one of the known layouts (docs/inputs.md): `data/category`, or `data` itself when it is one.
 * @throws InputError: no such category, no training images, an image or mask without its partner, two names alike.
 */
export async function openCategory(data: string, category?: string): Promise<Category> {
  const { problems, ...opened } = await surveyCategory(data, category);
  if (problems.length > 0) throw problems[0];
  return opened;
}

/** Opens a category with all that is wrong with its files instead of stopping at the first. @throws InputError: no category there. */
export async function surveyCategory(
  data: string,
  category?: string,
): Promise<Category & Pick<LayoutReading, 'problems'> & { layout: string }> {
  const direct = await layoutOf(data);
  const root = resolve(
    direct && (!category || category === basename(resolve(data))) ? data : join(data, category ?? ''),
  );
  const layout = await layoutOf(root);
  if (!layout) throw await noCategory(data, root);
  const { train, test, leftOut, problems } = await layout.read(root);
  if (train.length === 0) {
    throw new InputError(`${root} (${layout.name}) holds no normal training images`, 'Add nominal training images');
  }
  const masked = hasMasks(test);
  return { name: basename(root), root, train, test, masked, leftOut: addUp(leftOut), problems, layout: layout.name };
}

async function noCategory(data: string, root: string): Promise<InputError> {
  const known = await listCategories(data);
  return new InputError(
    `${root} holds no data set in a layout that is read (${LAYOUTS.map(({ name }) => name).join(', ')}: docs/inputs.md)`,
    known.length > 0 ? `Choose one of ${known.join(', ')}` : 'Give a folder with train/good and test/<type>',
  );
}

/**
 * A plain pair of folders without masks: one of nominal images to train on, one mixed to inspect, both with their sub-folders.
 * Sub-folders of the mixed folder, where there are any, are types: `good`, `ok` and `normal` (any case) nominal, others anomalous;
 * images without one have unknown labels.
 * @throws InputError when either folder holds no images.
 */
export async function openFolders(good: string, mixed: string): Promise<Category> {
  const left: LeftOut[] = [];
  const train = await folder(good, (file) => ({ type: 'good', label: 0, name: `good/${file}` }), left);
  const test = await folder(
    mixed,
    (file) => {
      const [type, ...rest] = file.split('/');
      if (rest.length === 0) return { type: 'mixed', label: null, name: `mixed/${file}` };
      return { type, label: isNormalName(type) ? 0 : 1, name: file };
    },
    left,
  );
  // Images without a type first, as a folder's own files come before those of its sub-folders.
  const sorted = [...test.filter(({ type }) => type === 'mixed'), ...test.filter(({ type }) => type !== 'mixed')];
  return {
    name: basename(resolve(good)),
    root: resolve(good),
    train,
    test: sorted,
    masked: false,
    leftOut: addUp(left),
  };
}

async function folder(
  where: string,
  of: (file: string) => Pick<Sample, 'type' | 'label' | 'name'>,
  left: LeftOut[],
): Promise<Sample[]> {
  const { images, leftOut } = await listImages(where);
  left.push(...leftOut);
  return images.map(({ path, file }) => ({ path, ...of(file), mask: null }));
}
