import { basename, join, resolve } from 'node:path';
import { InputError } from '../errors.js';
import type { Category, Sample } from './category.js';
import { isFolder, listFolders, listImages } from './listing.js';
import { hasMasks, pairMasks } from './masks.js';

/** Names of a layout's folders under a category. */
export interface Layout {
  name: 'mvtec' | 'btad';
  /** Folder of nominal images under `train` and `test`. */
  nominal: string;
}

/** MVTec AD: train/good, test/<type>, ground_truth/<type>. BTAD: the same with `ok` and `ko`. */
export const LAYOUTS: readonly Layout[] = [
  { name: 'mvtec', nominal: 'good' },
  { name: 'btad', nominal: 'ok' },
];

/** The layout of a category folder, or undefined where it has none. */
export async function layoutOf(root: string): Promise<Layout | undefined> {
  for (const layout of LAYOUTS) if (await isFolder(join(root, 'train', layout.nominal))) return layout;
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
 * Opens a category in MVTec's or BTAD's layout: `data/category`, or `data` itself when it is one.
 * @throws InputError: no such category, no training images, an image or mask without its partner, two names alike.
 */
export async function openCategory(data: string, category?: string): Promise<Category> {
  const direct = await layoutOf(data);
  const root = resolve(
    direct && (!category || category === basename(resolve(data))) ? data : join(data, category ?? ''),
  );
  const layout = await layoutOf(root);
  if (!layout) {
    const known = await listCategories(data);
    const choice =
      known.length > 0 ? `Choose one of ${known.join(', ')}` : 'Give a folder with train/good and test/<type>';
    throw new InputError(`${root} holds no data set in MVTec's or BTAD's layout (no train/good or train/ok)`, choice);
  }
  const train = await samples(root, 'train', layout.nominal, 0, false);
  if (train.length === 0) {
    throw new InputError(`${join(root, 'train', layout.nominal)} holds no images`, 'Add nominal training images');
  }
  const types = await listFolders(join(root, 'test'));
  const masked = (await listFolders(join(root, 'ground_truth'))).length > 0;
  const test: Sample[] = [];
  for (const type of types) {
    const label = type === layout.nominal ? 0 : 1;
    test.push(...(await samples(root, 'test', type, label, masked && label === 1)));
  }
  return { name: basename(root), root, train, test, masked: hasMasks(test) };
}

async function samples(root: string, part: string, type: string, label: 0 | 1, masked: boolean): Promise<Sample[]> {
  const images = await listImages(join(root, part, type));
  const masks = masked ? await pairMasks(join(root, 'ground_truth', type), images) : [];
  return images.map(({ path, file }, i) => ({
    path,
    name: `${part}/${type}/${file}`,
    label,
    type,
    mask: masks[i] ?? null,
  }));
}

/**
 * A plain pair of folders without masks: one of nominal images to train on, one mixed to inspect. Sub-folders of the
 * mixed folder, where there are any, are types: `good`, `ok` and `normal` nominal, others anomalous; without
 * sub-folders the labels are unknown.
 * @throws InputError when either folder holds no images.
 */
export async function openFolders(good: string, mixed: string): Promise<Category> {
  const train = await folder(good, 'good', 0);
  const types = await listFolders(mixed);
  const test: Sample[] = await folder(mixed, 'mixed', null);
  for (const type of types) test.push(...(await folder(join(mixed, type), type, nominalName(type) ? 0 : 1)));
  for (const [list, where] of [
    [train, good],
    [test, mixed],
  ] as const) {
    if (list.length === 0) throw new InputError(`${where} holds no images`, 'Give a folder of PNG or JPEG images');
  }
  return { name: basename(resolve(good)), root: resolve(good), train, test, masked: false };
}

const nominalName = (type: string): boolean => ['good', 'ok', 'normal'].includes(type.toLowerCase());

async function folder(path: string, type: string, label: 0 | 1 | null): Promise<Sample[]> {
  return (await listImages(path)).map((image) => ({
    path: image.path,
    name: `${type}/${image.file}`,
    label,
    type,
    mask: null,
  }));
}
