import { join } from 'node:path';
import { csvFormat } from 'd3-dsv';
import type { Audit } from '../analysis/audit.js';
import { auditPage } from '../figures/audit/page.js';
import type { Reporter } from '../progress.js';
import { writeAtomically, writeJson } from '../storage/atomic.js';

/** Writes audit.csv, audit.json and audit.html into a folder. */
export async function writeAudit(out: string, found: Audit, reporter: Reporter): Promise<void> {
  await writeAtomically(join(out, 'audit.csv'), csv(found));
  await writeJson(join(out, 'audit.json'), found);
  const progress = reporter.stage('audit page');
  await writeAtomically(join(out, 'audit.html'), async (file) => {
    for await (const piece of auditPage(found, progress)) await file.write(piece);
  });
}

function csv({ images }: Audit): string {
  return `${csvFormat(
    images.map(({ rank, name, suspected, deviations, pValue, isolation, nearest, copies }) => ({
      rank,
      name,
      suspected: suspected ? 'yes' : 'no',
      deviations: deviations.toFixed(3),
      pValue: pValue.toPrecision(3),
      isolation: isolation.toFixed(4),
      nearest: nearest?.name ?? '',
      copies: copies.join(' '),
    })),
  )}\n`;
}
