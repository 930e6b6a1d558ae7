import type { Base } from '../view/base.js';
import type { CoresetMap } from '../view/coreset-map.js';
import type { Exact } from '../view/exact.js';
import type { JobKind, JobState } from '../view/jobs.js';
import type { Session } from '../view/session.js';
import type { ViewState } from '../view/state.js';
import type { Stop } from '../view/stop.js';

/** Where a page gets what it shows: a server, or what is embedded in it. */
export interface Source {
  session: Session;
  /** The base of a stop; null where it is not at hand. */
  base(stop: Stop): Promise<Base | null>;
  exact(stop: Stop): Promise<Exact>;
  map(stop: Stop): Promise<CoresetMap | null>;
  /** Address of an image; undefined where it has none. */
  picture(name: string): string | undefined;
  /** Keys of the stops at hand. */
  ready(): Promise<string[]>;
  /** What only a server can do; null in a page that stands by itself. */
  live: Live | null;
  /** The state it was saved with, where it was saved. */
  saved: ViewState | null;
}

export interface Live {
  /** Starts work in the background. @returns its id. */
  start(kind: JobKind, stop: Stop, chosen?: number): Promise<number>;
  cancel(id: number): Promise<void>;
  /** Calls back at every change of work, and with false when the server is gone. */
  watch(heard: (state: JobState) => void, alive: (there: boolean) => void): () => void;
  /** The page as a file that stands by itself. */
  snapshot(state: ViewState): Promise<Blob>;
}
