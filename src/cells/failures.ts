import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson } from '../storage/atomic.js';
import { type Listing, listing } from './listing.js';
import type { Worker } from './worker.js';

/** A cell that could not be computed. */
export interface CellFailureFile {
  cell: string;
  why: string;
  host: string;
  /** Task and array it failed in; null outside arrays. */
  task: string | null;
  run: string | null;
  /** When, by the clock of the worker. */
  when: string;
  /** By the clock of the file system, in milliseconds since 1970. */
  written?: number;
}

/** Failures in `folder/failures`, one file a cell: they outlive the process and are seen by every machine. */
export interface Failures {
  readonly listing: Listing;
  record(name: string, error: Error): Promise<void>;
  find(name: string): Promise<CellFailureFile | null>;
  /** The cell was computed after all. */
  clear(name: string): Promise<void>;
}

export function openFailures(folder: string, { host, task, run }: Worker): Failures {
  const root = join(folder, 'failures');
  const list = listing(root);
  const fileOf = (name: string): string => `${name}.json`;
  return {
    listing: list,
    async record(name, { message }) {
      const content = { cell: name, why: message, host, task, run, when: new Date().toISOString() };
      await writeJson(join(root, fileOf(name)), content satisfies CellFailureFile);
      list.add(fileOf(name));
    },
    async find(name) {
      if (!(await list.names()).has(fileOf(name))) return null;
      const path = join(root, fileOf(name));
      try {
        const { mtimeMs } = await stat(path);
        return { ...(JSON.parse(await readFile(path, 'utf8')) as CellFailureFile), written: mtimeMs };
      } catch {
        return null;
      }
    },
    async clear(name) {
      if (!(await list.names()).has(fileOf(name))) return;
      await rm(join(root, fileOf(name)), { force: true });
      list.remove(fileOf(name));
    },
  };
}
