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
  const tasks = categories.map((category) => {
    const pictures = async (): Promise<AuditPicture[]> =>
      (await openCategory(data, category)).train.map(({ name, path }) => ({ name, path }));
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
    for (const audited of found.values()) {
      await writeAudit(join(out, audited.folder), audited, lab.reporter);
      const { folder: category, images, suspected, share, summary: line } = audited;
      rows.push({ category, images: images.length, suspected, share, summary: line });
    }
    await writeAtomically(join(out, 'summary.csv'), `${csvFormat(rows)}\n`);
    const audited: Record<string, string[]> = {};
    for (const { folder } of found.values()) {
      audited[folder] = (await openCategory(data, folder)).train.map(({ path }) => path);
    }
    await record(audited);
    console.log(
      textTable(
        ['category', 'images', 'suspected'],
        rows.map((row) => [row.category, row.images, row.suspected].map(String)),
      ),
    );
    console.log(`look at ${join(out, '<category>/audit.html')}; all: ${join(out, 'summary.csv')}`);
  });
}
