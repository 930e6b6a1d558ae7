import type { Sample } from '../dataset/category.js';
import { encodePng } from '../image/codec.js';
import { overlay } from '../image/overlay.js';
import type { Preprocessing } from '../image/preprocess.js';
import { quantile } from '../quantile.js';
import { contactSheet, type SheetRow } from './contact-sheet.js';
import { maskView, networkView } from './pictures.js';

/** A detector's maps by image name, [crop × crop] each. */
export interface HeatColumn {
  heading: string;
  maps: ReadonlyMap<string, Float32Array>;
}

/** A test image of the sheet and what to say in front of it. */
export interface HeatRow {
  sample: Sample;
  label: string;
}

/**
 * Heat maps side by side: picture, mask, then a column a detector. A column has one scale, from 0 to the 90th percentile of
 * its images' highest values, so that rows can be compared and one outlier does not darken the rest.
 * @returns SVG. @throws InputError for a picture or mask that cannot be read.
 */
export async function heatSheet(
  title: string,
  rows: readonly HeatRow[],
  columns: readonly HeatColumn[],
  preprocessing: Preprocessing,
): Promise<string> {
  const tops = columns.map(({ maps }) => {
    const high = [...maps.values()].map((map) => map.reduce((most, value) => Math.max(most, value), 0));
    return quantile(high, 0.9, 'higher');
  });
  const sheet: SheetRow[] = [];
  for (const { sample, label } of rows) {
    const image = await networkView(sample.path, preprocessing);
    const pictures = [await encodePng(image), await encodePng(await maskView(sample, preprocessing))];
    for (const [c, { maps }] of columns.entries()) {
      pictures.push(await encodePng(overlay(image, maps.get(sample.name)!, 0, tops[c])));
    }
    sheet.push({ label, pictures });
  }
  return contactSheet(title, ['image', 'mask', ...columns.map(({ heading }) => heading)], sheet);
}

/** Test images worth a look: of each defect type one that leaked into training, then one that did not. */
export function leakedAndUnseen(test: readonly Sample[], leaked: readonly string[]): HeatRow[] {
  const types = [...new Set(test.filter(({ label }) => label === 1).map(({ type }) => type))];
  return [true, false].flatMap((inTraining) =>
    types.flatMap((type): HeatRow[] => {
      const found = test.find((sample) => sample.type === type && leaked.includes(sample.name) === inTraining);
      const where = inTraining ? 'also in training' : 'not in training';
      return found ? [{ sample: found, label: `${type.replace('_', ' ')}\n${where}` }] : [];
    }),
  );
}
