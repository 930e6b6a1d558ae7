import type { JSX } from 'preact';
import { stopOf } from '../view/state.js';
import { stopKey } from '../view/stop.js';
import type { Explorer } from './explorer.js';
import { JobLine } from './job-line.js';

/** What is being prepared, and what went wrong. */
export function Waiting({ explorer }: { explorer: Explorer }): JSX.Element {
  const { source, state, jobs, current, base, problem, start } = explorer;
  const key = `base ${stopKey(stopOf(state))}`;
  const own = jobs.filter((job) => job.key === key).at(-1);
  const runs = own && /waiting|running/.test(own.status);
  return (
    <>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {!current && (
        <div class="waiting">
          <h2>{base ? 'This setting is being prepared' : 'Preparing'}</h2>
          <p>
            Features, weights and a coreset are computed once and remembered
            {base ? '; below stands the setting of before.' : '; then every τ is answered at once.'}
          </p>
          {runs && source.live && <JobLine job={own} cancel={() => void source.live!.cancel(own.id)} />}
          {own?.status === 'cancelled' && (
            <button type="button" class="primary" onClick={() => start('base')}>
              Compute it
            </button>
          )}
        </div>
      )}
    </>
  );
}
