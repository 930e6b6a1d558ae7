import type { Lab } from '../../experiment/lab.js';
import type { Base } from '../view/base.js';
import type { Stop } from '../view/stop.js';
import { assembleBase } from './assemble.js';
import { doubtingParts } from './doubting.js';
import { type StopKeys, stopKeys } from './keys.js';
import { findParts, isRemembered, keepParts } from './remember.js';
import { removingParts } from './removing.js';
import { type Subject, stopConfig } from './subject.js';

/** The stops of a subject: which are prepared, and how to prepare one. */
export interface Bases {
  readonly subject: Subject;
  readonly keys: StopKeys;
  /** Whether a base is at hand at once. */
  ready(stop: Stop): Promise<boolean>;
  /** The base, where it is at hand. */
  find(stop: Stop): Promise<Base | null>;
  /** The base, computed where it is not. @throws InputError for an impossible stop; Cancelled. */
  prepare(lab: Lab, stop: Stop): Promise<Base>;
}

/** Opens the stops of a subject; bases are remembered in the lab's cache, the last one in memory, too. */
export function openBases(lab: Lab, subject: Subject): Bases {
  const { category } = subject;
  const keys = stopKeys(lab, category);
  // Without a cache what was computed would be lost when the page asks for it.
  const held = new Map<string, Base>();
  const nameOf = (stop: Stop): string => JSON.stringify(stop);
  const hold = (base: Base): Base => {
    held.delete(nameOf(base.stop));
    held.set(nameOf(base.stop), base);
    for (const oldest of [...held.keys()].slice(0, -HELD)) held.delete(oldest);
    return base;
  };
  const bases: Bases = {
    subject,
    keys,
    async ready(stop) {
      if (held.has(nameOf(stop))) return true;
      return isRemembered(lab.cache, await keys.of('base', stopConfig(subject, stop)));
    },
    async find(stop) {
      const known = held.get(nameOf(stop));
      if (known) return known;
      const config = stopConfig(subject, stop);
      const parts = await findParts(lab.cache, await keys.of('base', config));
      return parts && hold(await assembleBase(lab.threads, subject, stop, config, parts));
    },
    async prepare(own, stop) {
      const known = await bases.find(stop);
      if (known) return known;
      const config = stopConfig(subject, stop);
      const compute = stop.judge === 'witness' ? doubtingParts : removingParts;
      const parts = await compute(own, category, config);
      own.threads.release();
      await keepParts(own.cache, await keys.of('base', config), parts);
      return hold(await assembleBase(lab.threads, subject, stop, config, parts));
    },
  };
  return bases;
}

/** Bases kept in memory, some 10 MB each for 500 images. */
const HELD = 8;
