import type { JSX } from 'preact';
import { chosenOf, stopOf } from '../view/state.js';
import { stopKey } from '../view/stop.js';
import type { Explorer } from './explorer.js';
import { JobLine } from './job-line.js';

/** Buttons that compute the chosen point or the whole curve exactly, and how far that is. */
export function ExactButtons({ explorer }: { explorer: Explorer }): JSX.Element | null {
  const { source, state, exact, jobs, start, connected } = explorer;
  const { live } = source;
  if (!live) return null;
  const key = stopKey(stopOf(state));
  const running = (id: string) => jobs.find((job) => job.key === id && /waiting|running/.test(job.status));
  const point = running(`point ${key} ${chosenOf(state)}`);
  const curve = running(`curve ${key}`);
  const known = exact.points.some(({ chosen }) => chosen === chosenOf(state));
  return (
    <div class="exact">
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={Boolean(point) || known || !connected}
          onClick={() => start('point')}
        >
          {known ? 'Exact: known' : 'Exact'}
        </button>
        <button type="button" disabled={Boolean(curve) || !connected} onClick={() => start('curve')}>
          Exact curve
        </button>
      </div>
      {[point, curve].map((job) => job && <JobLine key={job.id} job={job} cancel={() => void live.cancel(job.id)} />)}
    </div>
  );
}
