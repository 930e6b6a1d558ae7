import { join } from 'node:path';
import { csvFormat } from 'd3-dsv';
import { type Audit, type AuditPicture, audit } from '../analysis/audit.js';
import { imageSizes } from '../cells/json-cells.js';
import { openCategory } from '../dataset/layouts.js';
import type { Lab } from '../experiment/lab.js';
import { weightsIdentity } from '../features/weights-identity.js';
import { writeAtomically } from '../storage/atomic.js';
import { writeAudit } from './audit-files.js';
import { type CategoriesOptions, throughCategories } from './category-cells.js';
import { textTable } from './table.js';

/** Where categories go without --results. */
export const RESULTS = 'data/results/audit';

/** The training images of many categories, a folder of `out` each, and a table of all. */
export async function auditCategories(
  lab: Lab,
  data: string,
  categories: readonly string[],
  { results = RESULTS, out }: CategoriesOptions & { out: string },
  choice: Parameters<typeof audit>[3],
  record: (images: Record<string, string[]>) => Promise<void>,
): Promise<void> {
  const { weights: _, ...features } = choice.features;
  const listed: Record<string, Promise<AuditPicture[]>> = {};
  const list = async (category: string): Promise<AuditPicture[]> =>
    (await openCategory(data, category)).train.map(({ name, path }) => ({ name, path }));
  const picturesOf = (category: string): Promise<AuditPicture[]> => {
    listed[category] ??= list(category);
    return listed[category];
  };
  const tasks = categories.map((category) => {
    const pictures = (): Promise<AuditPicture[]> => picturesOf(category);
    return {
      label: `audit/${category}`,
      dependsOn: async () => {
        const identity = await weightsIdentity(choice.features);
        return ['audit', 1, { ...choice, features }, identity, await imageSizes(await pictures())];
      },
      compute: async () => audit(lab, category, await pictures(), choice),
    };
  });
  await throughCategories<Audit>(lab, results, tasks, async (found) => {
    const rows = [];
    const images: Record<string, string[]> = {};
    for (const audited of found.values()) {
      await writeAudit(join(out, audited.folder), audited, lab.reporter);
      const { folder: category, suspected, share, summary: line } = audited;
      rows.push({ category, images: audited.images.length, suspected, share, summary: line });
      images[category] = (await picturesOf(category)).map(({ path }) => path);
    }
    await writeAtomically(join(out, 'summary.csv'), `${csvFormat(rows)}\n`);
    await record(images);
    console.log(
      textTable(
        ['category', 'images', 'suspected'],
        rows.map((row) => [row.category, row.images, row.suspected].map(String)),
      ),
    );
    console.log(`look at ${join(out, '<category>/audit.html')}; all: ${join(out, 'summary.csv')}`);
  });
}
