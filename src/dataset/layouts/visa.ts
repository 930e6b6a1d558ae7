import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, normalize } from 'node:path';
import { csvParse } from 'd3-dsv';
import { InputError, systemCode, unreadableFile } from '../../errors.js';
import type { Sample } from '../category.js';
import { isFolder, surveyFolder } from '../listing.js';
import { isNormalName } from '../normal-names.js';
import type { Layout, LayoutReading } from './layout.js';

const SPLIT = '1cls.csv';
const COLUMNS = ['object', 'split', 'label', 'image', 'mask'];

/**
 * VisA: `<category>/Data/Images/{Normal,Anomaly}`, `Data/Masks/Anomaly`; beside the categories `split_csv/1cls.csv` says which image is
 * for training, which normal, and where its mask lies.
 */
export const visa: Layout = {
  name: 'VisA',
  beside: 'split_csv',
  fits: (root) => isFolder(join(root, 'Data', 'Images')),
  async read(root) {
    const data = dirname(root);
    const object = basename(root);
    const path = join(data, 'split_csv', SPLIT);
    const rows = (await readSplit(path)).filter((row) => row.object === object);
    const reading: LayoutReading = { train: [], test: [], leftOut: [], problems: [] };
    for (const { split, label, image, mask } of rows) {
      const normal = isNormalName(label);
      const sample: Sample = {
        path: inside(data, image, path),
        name: image.startsWith(`${object}/`) ? image.slice(object.length + 1) : image,
        label: normal ? 0 : 1,
        type: normal ? 'good' : label,
        mask: mask && !normal ? inside(data, mask, path) : null,
      };
      for (const file of [sample.path, sample.mask]) {
        if (file && !(await stat(file).catch(() => null))?.isFile())
          reading.problems.push(new InputError(`${path} lists ${file}, which is not there`, 'Unpack VisA again'));
      }
      if (split === 'test') reading.test.push(sample);
      else if (normal) reading.train.push(sample);
      else reading.leftOut.push({ count: 1, kind: 'anomalous images of train', why: 'not used' });
    }
    for (const list of [reading.train, reading.test]) {
      list.sort((a, b) => (a.type === b.type ? order(a.name, b.name) : order(a.type, b.type)));
    }
    const { images, leftOut, problems } = await surveyFolder(join(root, 'Data', 'Images'));
    const listed = reading.train.length + reading.test.length;
    reading.problems.push(...problems);
    reading.leftOut.push(...leftOut, {
      count: Math.max(0, images.length - listed),
      kind: `images not in ${SPLIT}`,
      why: 'not used',
    });
    return reading;
  },
};

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A path of the list, which must not lead outside the data. */
function inside(data: string, path: string, list: string): string {
  const own = normalize(path);
  if (own.startsWith('..') || own.startsWith('/'))
    throw new InputError(`${list} lists ${path}, outside its folder`, 'Mend it');
  return join(data, own);
}

async function readSplit(path: string): Promise<Record<string, string>[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw unreadableFile("VisA's split", path, error);
    throw new InputError(
      `there is no ${path}, which splits VisA into train and test`,
      'Keep split_csv beside the categories, as VisA is unpacked',
    );
  }
  const rows = csvParse(text);
  const missing = COLUMNS.find((column) => !rows.columns.includes(column));
  if (missing) throw new InputError(`${path} has no column ${missing}`, `Give VisA's own, with ${COLUMNS.join(', ')}`);
  return rows as unknown as Record<string, string>[];
}
