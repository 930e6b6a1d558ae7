import { join } from 'node:path';
import type { Sample } from '../category.js';
import type { LeftOut } from '../left-out.js';
import { isFolder, listFolders, surveyFolder } from '../listing.js';
import { pairMasks } from '../masks.js';
import { isNormalName } from '../normal-names.js';
import type { Layout, LayoutReading } from './layout.js';

/**
 * MVTec AD, MVTec LOCO, MPDD and BTAD: `train/<normal>`, `test/<type>`, `ground_truth/<type>`, where <normal> is good, ok or normal.
 * LOCO's masks lie in a folder an image, its `validation` is not used.
 */
export const mvtec: Layout = {
  name: 'MVTec AD',
  fits: async (root) => (await normalFolders(join(root, 'train'))).length > 0,
  read: (root) => readParts(root, { test: 'test', truth: 'ground_truth', unused: ['validation'] }),
};

/** MVTec AD 2: `train/good`, `test_public/<type>`, `test_public/ground_truth/<type>`; its private test sets have no labels. */
export const mvtec2: Layout = {
  name: 'MVTec AD 2',
  fits: async (root) => (await mvtec.fits(root)) && (await isFolder(join(root, 'test_public'))),
  read: (root) =>
    readParts(root, {
      test: 'test_public',
      truth: 'test_public/ground_truth',
      unused: ['validation', 'test_private', 'test_private_mixed'],
    }),
};

async function normalFolders(folder: string): Promise<string[]> {
  return (await listFolders(folder)).filter(isNormalName);
}

async function readParts(
  root: string,
  { test: testFolder, truth, unused }: { test: string; truth: string; unused: readonly string[] },
): Promise<LayoutReading> {
  const reading: LayoutReading = { train: [], test: [], leftOut: [], problems: [] };
  for (const type of await listFolders(join(root, 'train'))) {
    const part = await readType(root, 'train', type, 0, null);
    if (isNormalName(type)) merge(reading, 'train', part);
    else reading.leftOut.push({ count: part.samples.length, kind: `images of train/${type}`, why: 'not used' });
  }
  const masked = (await listFolders(join(root, truth))).length > 0;
  for (const type of await listFolders(join(root, testFolder))) {
    if (join(testFolder, type) === join(truth)) continue;
    const label = isNormalName(type) ? 0 : 1;
    merge(
      reading,
      'test',
      await readType(root, testFolder, type, label, masked && label === 1 ? join(root, truth, type) : null),
    );
  }
  for (const folder of unused) {
    if (!(await isFolder(join(root, folder)))) continue;
    const count = (await surveyFolder(join(root, folder))).images.length;
    reading.leftOut.push({ count, kind: `images of ${folder}`, why: 'not used' });
  }
  return reading;
}

interface Part extends Pick<LayoutReading, 'leftOut' | 'problems'> {
  samples: Sample[];
}

async function readType(root: string, part: string, type: string, label: 0 | 1, masks: string | null): Promise<Part> {
  const { images, leftOut, problems } = await surveyFolder(join(root, part, type));
  const paired = masks === null ? null : await pairMasks(masks, images);
  const samples = images.map(({ path, file }, i) => ({
    path,
    name: `${part}/${type}/${file}`,
    label,
    type,
    mask: paired?.masks[i] ?? null,
  }));
  return { samples, leftOut: leftOut as LeftOut[], problems: [...problems, ...(paired?.problems ?? [])] };
}

function merge(reading: LayoutReading, into: 'train' | 'test', { samples, leftOut, problems }: Part): void {
  reading[into].push(...samples);
  reading.leftOut.push(...leftOut);
  reading.problems.push(...problems);
}
