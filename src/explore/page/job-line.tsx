import type { JSX } from 'preact';
import type { JobState } from '../view/jobs.js';

/** How far a piece of work is, and a way to stop it. */
export function JobLine({ job, cancel }: { job: JobState; cancel: () => void }): JSX.Element {
  const { title, stage, done, total, status } = job;
  const text = status === 'waiting' ? `${title}: waiting` : `${title}: ${stage || 'begins'}`;
  return (
    <div class="job" role="status">
      <span>{text}</span>
      {total > 0 ? <progress aria-label={text} value={done} max={total} /> : <progress aria-label={text} />}
      <button type="button" onClick={cancel}>
        Cancel
      </button>
    </div>
  );
}
