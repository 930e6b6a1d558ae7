import type { BASE_ARRAYS, Base } from '../view/base.js';
import type { CoresetMap } from '../view/coreset-map.js';
import type { JobState } from '../view/jobs.js';
import { type Packable, unpack } from '../view/pack.js';
import type { Session } from '../view/session.js';
import type { Stop } from '../view/stop.js';
import type { Source } from './source.js';

/** The server that gave this page; every address is below the page's own, which holds the token. */
export async function liveSource(): Promise<Source> {
  const session: Session = await json('session');
  const query = (stop: Stop): string =>
    new URLSearchParams(Object.entries(stop).map(([a, b]) => [a, String(b)])).toString();
  return {
    session,
    saved: null,
    async base(stop) {
      const bytes = await block(`base?${query(stop)}`);
      return (
        bytes && (unpack<Omit<Base, (typeof BASE_ARRAYS)[number]>, Record<string, Packable>>(bytes) as unknown as Base)
      );
    },
    exact: (stop) => json(`exact?${query(stop)}`),
    async map(stop) {
      const bytes = await block(`map?${query(stop)}`);
      return bytes && (unpack(bytes) as CoresetMap);
    },
    picture: (name) => `picture?name=${encodeURIComponent(name)}`,
    ready: () => json('ready'),
    live: {
      async start(kind, stop, chosen) {
        const { id } = await json<{ id: number }>('jobs', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ kind, stop, chosen }),
        });
        return id;
      },
      cancel: async (id) => void (await fetch(`jobs/${id}`, { method: 'DELETE' })),
      watch(heard, alive) {
        const events = new EventSource('events');
        events.onmessage = ({ data }) => heard(JSON.parse(data) as JobState);
        events.onopen = () => alive(true);
        events.onerror = () => alive(false);
        return () => events.close();
      },
      async snapshot(state) {
        const answer = await asked('snapshot', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(state),
        });
        return answer.blob();
      },
    },
  };
}

async function asked(path: string, init?: RequestInit): Promise<Response> {
  const answer = await fetch(path, init);
  if (answer.ok) return answer;
  throw new Error(await answer.text());
}

const json = async <T>(path: string, init?: RequestInit): Promise<T> => (await asked(path, init)).json();

/** Bytes at a path; null where there are none yet. */
async function block(path: string): Promise<Uint8Array | null> {
  const answer = await fetch(path);
  if (answer.status === 204) return null;
  if (!answer.ok) throw new Error(await answer.text());
  return new Uint8Array(await answer.arrayBuffer());
}
