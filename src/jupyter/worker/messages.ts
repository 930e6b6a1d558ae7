import type { DisplayOptions, MimeBundle } from '../../notebook/cell-host.js';

/** What a kernel tells its worker. */
export type ToWorker =
  /** Runs a compiled cell. */
  | { kind: 'run'; cell: number; code: string; path: string }
  /** Stops the cell that runs, and timers of those before. */
  | { kind: 'interrupt' };

/** An error as it travels: its stack still in compiled code. */
export interface SentError {
  name: string;
  message: string;
  stack: string;
  cause?: SentError;
  /** Of an AggregateError. */
  errors?: SentError[];
}

/** What a worker tells its kernel. Cells go on telling after they have ended: timers, promises. */
export type FromWorker =
  | { kind: 'ready' }
  | { kind: 'stream'; cell: number; name: 'stdout' | 'stderr'; text: string }
  | { kind: 'display'; cell: number; bundle: MimeBundle; options: DisplayOptions }
  /** The value of the last expression. */
  | { kind: 'result'; cell: number; bundle: MimeBundle }
  /** A rejection or exception that no one awaited. */
  | { kind: 'loose'; cell: number; error: SentError }
  /** The cell's code has ended; `reached`: the names it declared. */
  | { kind: 'done'; cell: number; reached: string[]; error: SentError | null; interrupted: boolean };

/** What the worker's watching thread tells over its own pipe, one JSON a line. */
export interface Pulse {
  /** Seconds of CPU the worker has used so far, all threads. */
  cpu: number;
}
