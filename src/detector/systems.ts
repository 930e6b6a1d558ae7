import { InputError } from '../errors.js';
import { bankSystem } from './bank-system.js';
import { CFLOW } from './cflow/cflow.js';
import { PADIM, PADIM_STAR } from './padim.js';
import { RANDOM_MEMORIES } from './random-memories.js';
import { SOFTPATCH_PLUS } from './softpatch-plus.js';
import type { System } from './system.js';
import { WITNESS } from './witness/witness.js';

/** Every system by name: one line each. */
export const SYSTEMS: readonly System[] = [
  bankSystem('patchcore', 'greedy coreset of all patches, nearest neighbour'),
  bankSystem('patchcore-random', '1 % of all patches drawn at random'),
  bankSystem('softpatch-lof', 'patches weighted by local outlier factor, the noisiest dropped'),
  bankSystem('softpatch-nearest', 'patches weighted by nearest neighbour'),
  bankSystem('softpatch-gaussian', 'patches weighted by Mahalanobis distance'),
  SOFTPATCH_PLUS,
  WITNESS,
  PADIM,
  PADIM_STAR,
  CFLOW,
  RANDOM_MEMORIES,
];

/** The system of a name. @throws InputError when there is none. */
export function findSystem(name: string, systems: readonly System[] = SYSTEMS): System {
  const found = systems.find((system) => system.name === name);
  if (found) return found;
  throw new InputError(
    `there is no method "${name}"`,
    `Choose one of ${systems.map((system) => system.name).join(', ')}`,
  );
}
