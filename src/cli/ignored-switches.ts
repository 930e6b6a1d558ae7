import { BANK_METHODS, type BankConfig, hasNeighbours } from '../detector/config.js';
import type { Settings } from '../detector/system.js';
import type { WitnessSettings } from '../detector/witness/settings.js';
import { InputError } from '../errors.js';

/** Why a switch changes nothing under these settings; undefined where it does. */
type Idle<Of> = { readonly [Name in keyof Of]?: (settings: Of) => string | undefined };

const when = (idle: boolean, why: string): string | undefined => (idle ? why : undefined);

const BANKS: Idle<BankConfig> = {
  discriminator: ({ tau, softWeights }) =>
    when(tau === 0 && !softWeights, 'with τ = 0 and no soft weights nothing is judged'),
  k: (settings) => when(!hasNeighbours(settings), 'only LOF has neighbours to choose'),
  normalisation: ({ discriminator }) => when(discriminator === null, 'no discriminator gives weights'),
  softWeights: ({ discriminator }) => when(discriminator === null, 'there are none without a discriminator'),
  ratio: ({ sampler }) => when(sampler === 'identity', 'the sampler identity keeps all patches'),
  firstPickFromKept: ({ sampler, tau }) =>
    when(tau === 0 || !['greedy', 'exact'].includes(sampler), 'only a greedy coreset with τ above 0 has such a pick'),
};

const WITNESS: Idle<WitnessSettings> = {
  k: ({ judges }) => when(judges === 'isolation', 'only the judge lof has neighbours'),
  others: ({ judges }) => when(judges === 'lof', 'only the judge isolation compares with other images'),
  alpha: ({ doubt }) => when(doubt !== 'auto', `with doubt=${doubt} nothing is asked`),
  ratio: ({ sampler }) => when(sampler === 'identity', 'the sampler identity keeps all patches'),
};

/**
 * Refuses switches that a user gave and that change nothing with the others.
 * @param given switches by name. @param settings all of them, resolved; several where a sweep varies some: what one of them uses is used.
 * @throws InputError naming the switch and why.
 */
export function refuseIdleSwitches(method: string, given: readonly string[], settings: readonly Settings[]): void {
  const banks: readonly string[] = BANK_METHODS;
  const rules = (banks.includes(method) ? BANKS : method === 'witness' ? WITNESS : {}) as Idle<Settings>;
  for (const name of given) {
    const whys = settings.map((own) => rules[name]?.(own));
    const [why] = whys;
    if (why && whys.every(Boolean)) throw new InputError(`${method} would ignore ${name}: ${why}`, `Leave ${name} out`);
  }
}
