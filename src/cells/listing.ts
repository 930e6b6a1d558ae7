import { readdir } from 'node:fs/promises';
import { sep } from 'node:path';
import { systemCode } from '../errors.js';

/** The files below a folder, as they were at most some seconds ago: many cells are looked up with one reading. */
export interface Listing {
  /** Paths below the folder, with `/`. */
  names(): Promise<ReadonlySet<string>>;
  /** What this process just wrote or removed. */
  add(name: string): void;
  remove(name: string): void;
  /** The next look reads the folder anew. */
  forget(): void;
}

/** How old a listing may be, in milliseconds. */
const FRESH = 5000;

export function listing(folder: string, fresh: number = FRESH): Listing {
  let names = new Set<string>();
  let read = Number.NEGATIVE_INFINITY;
  return {
    async names() {
      if (performance.now() - read < fresh) return names;
      read = performance.now();
      try {
        const found = await readdir(folder, { recursive: true });
        names = new Set(found.map((name) => String(name).replaceAll(sep, '/')));
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') throw error;
        names = new Set();
      }
      return names;
    },
    add: (name) => void names.add(name),
    remove: (name) => void names.delete(name),
    forget() {
      read = Number.NEGATIVE_INFINITY;
    },
  };
}
