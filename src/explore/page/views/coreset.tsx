import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { type CoresetRow, coresetView } from '../../../figures/explore/coreset.js';
import { stopOf } from '../../view/state.js';
import { stopKey } from '../../view/stop.js';
import { Card } from '../card.js';
import { ChartView } from '../chart.js';
import type { Explorer } from '../explorer.js';
import { JobLine } from '../job-line.js';
import { percent, whole } from '../numbers.js';

const ORDER = ['nominal image', 'noise image', 'defect patch'] as const;

/** The bank in the plane, by where its rows come from; what the cut takes out is hollow. */
export function CoresetCard({ explorer }: { explorer: Explorer }): JSX.Element {
  const { base, answer, map, source, jobs, state, start, current } = explorer;
  const spec = useMemo(coresetView, []);
  const { removed } = answer!.cut;
  const places = useMemo(() => {
    if (!map || !current) return [];
    const { patches, plane } = map;
    return Array.from(patches, (patch, i) => ({
      patch,
      x: plane[2 * i],
      y: plane[2 * i + 1],
      from: originOf(base!, patch),
    })).sort((a, b) => ORDER.indexOf(a.from) - ORDER.indexOf(b.from));
  }, [map, base, current]);
  const rows = useMemo(
    () => places.map(({ patch, ...row }): CoresetRow => ({ ...row, removed: removed[patch] ? 'removed' : 'kept' })),
    [places, removed],
  );
  const counts = useMemo(() => bankCounts(base!, removed), [base, removed]);
  const job = jobs.find(({ key, status }) => key === `map ${stopKey(stopOf(state))}` && /waiting|running/.test(status));
  const out = base!.cut.name === 'tau' ? 'removed' : 'doubted';
  return (
    <Card
      name="coreset"
      title="Coreset by provenance"
      about={`${whole(base!.picks.length)} rows${base!.picks.length > base!.coreset ? ' (the union behind the preview)' : ''}: of those that stay, ${percent(counts.noise)} come from injected images and ${percent(counts.defect)} are defect patches. Hollow: ${out}.`}
    >
      {rows.length > 0 ? (
        <ChartView
          name="coreset"
          spec={spec}
          height={320}
          rows={{ rows }}
          label={`t-SNE of ${rows.length} rows of the coreset; ${rows.filter((row) => row.removed === 'removed').length} of them are ${out}`}
        />
      ) : (
        <div class="empty">
          {job && source.live ? (
            <JobLine job={job} cancel={() => void source.live!.cancel(job.id)} />
          ) : source.live ? (
            <button type="button" disabled={!current} onClick={() => start('map')}>
              Lay it out (t-SNE, some seconds)
            </button>
          ) : (
            <p>It was not laid out when this page was saved.</p>
          )}
        </div>
      )}
    </Card>
  );
}

type ShownBase = NonNullable<Explorer['base']>;

function originOf({ defects, train, grid }: ShownBase, patch: number): (typeof ORDER)[number] {
  if (defects[patch] === 1) return 'defect patch';
  return train[Math.floor(patch / grid ** 2)].noise ? 'noise image' : 'nominal image';
}

/** Shares of the rows that stay. */
function bankCounts(base: ShownBase, removed: Uint8Array): { noise: number; defect: number } {
  let [stay, noise, defect] = [0, 0, 0];
  for (const patch of base.picks) {
    if (removed[patch]) continue;
    stay++;
    const from = originOf(base, patch);
    if (from !== 'nominal image') noise++;
    if (from === 'defect patch') defect++;
  }
  return { noise: noise / Math.max(1, stay), defect: defect / Math.max(1, stay) };
}
