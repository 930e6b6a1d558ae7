import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type Cache, openCache } from './cache.js';

/** A cache in a folder of its own below the system's folder for temporary files (`TMPDIR` names another), made when first opened. */
export interface Scratch {
  open(): Promise<Cache>;
  /** Removes it with all that is in it; an exit does the same. */
  remove(): Promise<void>;
}

export function scratchCache(warn: (text: string) => void): Scratch {
  let folder: string | undefined;
  let cache: Promise<Cache> | undefined;
  const drop = (): void => {
    if (folder) rmSync(folder, { recursive: true, force: true });
  };
  return {
    open() {
      cache ??= mkdtemp(join(tmpdir(), 'softpatch-scratch-')).then((made) => {
        folder = made;
        process.on('exit', drop);
        return openCache(made, warn);
      });
      return cache;
    },
    async remove() {
      process.off('exit', drop);
      if (folder) await rm(folder, { recursive: true, force: true });
      folder = undefined;
      cache = undefined;
    },
  };
}
