import { join } from 'node:path';
import { InputError } from '../../errors.js';
import { readMask } from '../../image/mask-file.js';
import type { Sample } from '../category.js';
import { isFolder, type Listed, listFolders, surveyFolder } from '../listing.js';
import { missingMask, strayMask } from '../masks.js';
import type { Layout, LayoutReading } from './layout.js';

/** Share of KolektorSDD's items whose good images are for training. */
const TRAINED = 0.8;

/**
 * KolektorSDD: folders `kos01`… of one item each, `Part3.jpg` with its mask `Part3_label.bmp`; an image is good when its mask is empty.
 * It has no split for training on good images alone; ours: the good images of the first 80 % of the items are for training, the others
 * and all defective ones for testing.
 */
export const kolektor: Layout = {
  name: 'KolektorSDD',
  fits: async (root) => (await items(root)).length > 0,
  async read(root) {
    const folders = await items(root);
    const reading: LayoutReading = { train: [], test: [], leftOut: [], problems: [] };
    for (const [i, folder] of folders.entries()) {
      const samples = await readPairs(root, folder, '_label', reading);
      for (const sample of samples) {
        const trained = sample.label === 0 && i < Math.trunc(TRAINED * folders.length);
        reading[trained ? 'train' : 'test'].push(sample);
      }
    }
    return reading;
  },
};

/** KolektorSDD2: `train/10000.png` with its mask `train/10000_GT.png`, `test` likewise; defective training images are left out. */
export const kolektor2: Layout = {
  name: 'KolektorSDD2',
  fits: async (root) =>
    (await isFolder(join(root, 'train'))) &&
    (await isFolder(join(root, 'test'))) &&
    (await surveyFolder(join(root, 'train'))).images.some(({ stem }) => /^\d+_GT$/.test(stem)),
  async read(root) {
    const reading: LayoutReading = { train: [], test: [], leftOut: [], problems: [] };
    const train = await readPairs(root, 'train', '_GT', reading);
    reading.train = train.filter(({ label }) => label === 0);
    const count = train.length - reading.train.length;
    reading.leftOut.push({ count, kind: 'anomalous images of train', why: 'not used' });
    reading.test = await readPairs(root, 'test', '_GT', reading);
    return reading;
  },
};

async function items(root: string): Promise<string[]> {
  return (await listFolders(root)).filter((name) => /^kos\d+$/i.test(name));
}

/** Images of a folder whose masks lie beside them under the same name with an ending; what their masks mark decides the label. */
async function readPairs(root: string, folder: string, ending: string, reading: LayoutReading): Promise<Sample[]> {
  const { images, leftOut, problems } = await surveyFolder(join(root, folder));
  reading.leftOut.push(...leftOut);
  reading.problems.push(...problems);
  const isMask = ({ stem }: Listed): boolean => stem.endsWith(ending);
  const masks = new Map(images.filter(isMask).map((mask) => [mask.stem.slice(0, -ending.length), mask.path]));
  const samples: Sample[] = [];
  for (const { path, file, stem } of images.filter((image) => !isMask(image))) {
    const mask = masks.get(stem);
    masks.delete(stem);
    if (!mask) {
      reading.problems.push(missingMask(path, join(root, folder, `${stem}${ending}`)));
      continue;
    }
    const good = await marksNothing(mask, reading);
    if (good === null) continue;
    const sample = { path, name: `${folder}/${file}`, type: good ? 'good' : 'defect', mask: good ? null : mask };
    samples.push({ ...sample, label: good ? 0 : 1 });
  }
  for (const stray of masks.values()) reading.problems.push(strayMask(stray));
  return samples;
}

/** Whether a mask is empty; null, and a problem more, where it cannot be read. */
async function marksNothing(mask: string, { problems }: LayoutReading): Promise<boolean | null> {
  try {
    return (await readMask(mask)).doubts.includes('empty');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(error);
    return null;
  }
}
