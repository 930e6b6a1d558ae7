import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from '../errors.js';
import { writeError } from '../storage/atomic.js';
import type { Heartbeat } from './heartbeat.js';
import { type Listing, listing } from './listing.js';
import { isGone, type Worker } from './worker.js';

/** How long claims live. */
export interface ClaimTimes {
  /** Seconds between a holder's signs of life. */
  beat: number;
  /** Seconds without one after which a claim is anyone's. */
  stale: number;
}

export const CLAIM_TIMES: ClaimTimes = { beat: 30, stale: 300 };

/** A cell that is this worker's to compute. */
export interface Claim {
  /** Lets another worker take the cell at once, unless it was settled. */
  release(): Promise<void>;
  /** The cell is finished: ends the signs of life. The claim stays: a machine that does not see the result yet must not take the cell. */
  settle(): void;
}

/** Who holds a cell. */
export interface Holder {
  worker: Worker;
  /** Milliseconds since 1970 by the holder's clock. */
  since: number;
  /** Seconds since its last sign of life, by the clock of the folder's file system. */
  silent: number;
}

/** Claims of cells in a shared folder. */
export interface Claims {
  readonly listing: Listing;
  /** Takes a cell that is free, or whose holder is gone or silent for too long; null where another holds it. */
  take(name: string): Promise<Claim | null>;
  /** Whether there is a claim, as the last listing tells. */
  isHeld(name: string): Promise<boolean>;
  /** Who holds a cell; null where it is free. */
  holder(name: string): Promise<Holder | null>;
  /** Whether a holder still counts. */
  alive(holder: Holder): boolean;
  /** Removes the claims of cells that are finished, once no machine can overlook the result. */
  sweep(finished: (name: string) => boolean): Promise<void>;
}

/**
 * Claims in `folder/claims`: a cell's claim is a file NAME.GENERATION that its holder created exclusively (O_EXCL, which NFS keeps from
 * version 3 on), whose content never changes but for a newline at its end every {@link ClaimTimes.beat} seconds. Times are the file
 * system's own: two machines' clocks are never compared. A claim that is stale is not removed but outdone by the next generation, so that of
 * several thieves one wins.
 */
export function openClaims(folder: string, self: Worker, heart: Heartbeat, times: ClaimTimes = CLAIM_TIMES): Claims {
  const root = join(folder, 'claims');
  const list = listing(root);
  const alive = ({ worker, silent }: Holder): boolean => !isGone(worker, self) && silent < times.stale;
  const generationOf = async (name: string): Promise<number> => {
    const names = await list.names();
    let generation = 0;
    while (names.has(`${name}.${generation + 1}`)) generation++;
    return generation;
  };
  const holderAt = async (path: string): Promise<Holder | null> => {
    try {
      // Opening asks the server anew, where a look at the path alone may be answered from memory.
      const file = await open(path, 'r');
      try {
        const { mtimeMs } = await file.stat();
        const silent = Math.max(0, (await heart.now(root)) - mtimeMs) / 1000;
        return { ...parsed(await file.readFile('utf8')), silent };
      } finally {
        await file.close();
      }
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return null;
      throw error;
    }
  };
  const create = async (path: string): Promise<boolean> => {
    try {
      await mkdir(dirname(path), { recursive: true });
      const file = await open(path, 'wx');
      try {
        await file.writeFile(`${JSON.stringify({ worker: self, since: Date.now() })}\n`);
      } finally {
        await file.close();
      }
      return true;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false;
      throw writeError(path, error);
    }
  };
  return {
    listing: list,
    alive,
    isHeld: async (name) => (await generationOf(name)) > 0,
    async holder(name) {
      const generation = await generationOf(name);
      return generation === 0 ? null : holderAt(join(root, `${name}.${generation}`));
    },
    async take(name) {
      const generation = await generationOf(name);
      if (generation > 0) {
        const holder = await holderAt(join(root, `${name}.${generation}`));
        if (holder && alive(holder)) return null;
      }
      const mine = `${name}.${generation + 1}`;
      const path = join(root, mine);
      if (!(await create(path))) {
        list.forget();
        return null;
      }
      list.add(mine);
      const stop = heart.beat(path, times.beat);
      let settled = false;
      return {
        settle() {
          stop();
          settled = true;
        },
        async release() {
          if (settled) return;
          stop();
          list.remove(mine);
          await rm(path, { force: true });
        },
      };
    },
    async sweep(finished) {
      list.forget();
      const names = new Set(
        [...(await list.names())].filter((file) => file.endsWith('.1')).map((file) => file.slice(0, -2)),
      );
      for (const name of names) {
        if (!finished(name)) continue;
        const last = await generationOf(name);
        const found = await stat(join(root, `${name}.${last}`)).catch(() => null);
        if (!found || (await heart.now(root)) - found.mtimeMs < 1000 * times.stale) continue;
        for (let generation = last; generation > 0; generation--) {
          await rm(join(root, `${name}.${generation}`), { force: true });
          list.remove(`${name}.${generation}`);
        }
      }
    },
  };
}

/** A claim's content; one that is just being written has no holder to ask yet, only an age. */
function parsed(text: string): Pick<Holder, 'worker' | 'since'> {
  try {
    return JSON.parse(text);
  } catch {
    const nobody = { host: '?', machine: '', pid: 0, began: '', token: '', task: null, run: null, index: null };
    return { worker: nobody, since: Date.now() };
  }
}
