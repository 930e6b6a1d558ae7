import { type Command, Option } from 'commander';
import { SAMPLERS } from '../coreset/samplers.js';
import { DISCRIMINATORS } from '../denoise/discriminator.js';
import type { BankConfig } from '../detector/config.js';
import type { Settings } from '../detector/system.js';
import { findSystem, SYSTEMS } from '../detector/systems.js';
import { InputError } from '../errors.js';
import type { SystemChoice } from '../experiment/config.js';
import {
  assignment,
  chosenFeatures,
  type FeatureOptions,
  featureChoice,
  number,
  type TileOptions,
  whole,
} from './options.js';

/** Options that choose a method and its switches. */
export interface MethodOptions extends Partial<Omit<BankConfig, 'neighbours'>> {
  method: string;
  profile?: string;
  knn?: number;
  set?: Settings;
  filter?: string;
  filterBudget: number;
  filterWeights?: string;
}

export function addMethodOptions(command: Command): Command {
  const names = SYSTEMS.map(({ name }) => name);
  return command
    .addOption(new Option('--method <name>', 'detector').choices(names).default('softpatch-lof'))
    .option('--profile <name>', `named switches (default: the first): ${profileList()}`)
    .option('--set <name=value>', "one of the method's switches, may be repeated, e.g. --set epochs=3", assignment)
    .option('--ratio <rho>', 'share of all patches in the memory bank (default: 0.1; patchcore-random: 0.01)', number)
    .option('--tau <share>', 'share of patches removed as noise (default: 0.15; PatchCore: 0)', number)
    .addOption(
      new Option('--discriminator <name>', 'how patches are judged (default: by method)').choices([
        ...DISCRIMINATORS,
        'fused',
      ]),
    )
    .option('--k <n>', 'neighbours of LOF (default: by profile)', whole)
    .option('--no-soft-weights', 'do not multiply scores by the stored weights')
    .addOption(new Option('--sampler <name>', 'how the bank is chosen (default: by method)').choices([...SAMPLERS]))
    .addOption(
      new Option('--normalisation <name>', 'of LOF weights (default: none)').choices([
        'none',
        'imageMedian',
        'positionMean',
      ]),
    )
    .option('--first-pick-from-kept', 'never pick a removed patch, not even first')
    .option('--knn <n>', 'nearest patches averaged into a score (default: 1)', whole)
    .addOption(
      new Option('--precision <name>', 'of bank rows; half halves a saved detector').choices(['single', 'half']),
    )
    .addOption(
      new Option('--filter <name>', 'drop the training images this method scores highest, then fit').choices(names),
    )
    .option('--filter-budget <share>', 'how many are dropped, relative to the nominal count', number, 0.15)
    .option('--filter-weights <file>', "weights of the filter's backbone, where it is another one")
    .option('--seed <n>', 'seed of every draw', whole, 0);
}

/** `paper, release (memory banks); original, anomalib (padim); …` */
function profileList(): string {
  const groups = new Map<string, string[]>();
  for (const { name, profiles } of SYSTEMS) {
    const key = profiles.join(', ');
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  const whose = (names: readonly string[]): string => (names.length > 3 ? 'memory banks' : names.join(', '));
  return [...groups].map(([profiles, names]) => `${profiles} (${whose(names)})`).join('; ');
}

/** The system a user chose with its switches and features. */
export async function systemChoice(
  options: FeatureOptions & TileOptions & MethodOptions & { seed: number },
): Promise<SystemChoice> {
  const { method, profile, seed } = options;
  const system = findSystem(method);
  const settings = switches(options);
  const features = await chosenFeatures(options, ({ backbone }) =>
    // Another network's channels may be fewer than what was set for an ONNX file's.
    system.reading(profile ?? system.profiles[0], backbone === undefined ? { seed } : { backbone, settings, seed }),
  );
  return { method, profile, settings, features };
}

/** The image filter a user chose, or null. It runs at its own defaults, on the method's weights where the network is the same. */
export function filterChoice(
  { filter, filterBudget, filterWeights, weights }: MethodOptions & FeatureOptions,
  backbone: string | undefined,
): (SystemChoice & { budget: number }) | null {
  if (filter === undefined) return null;
  const system = findSystem(filter);
  const usual = system.reading(system.profiles[0]);
  const same = usual.backbone === backbone ? weights : undefined;
  const features = featureChoice({ weights: filterWeights ?? same }, usual);
  return { method: filter, features, budget: filterBudget };
}

/** The switches a user set, by name or with --set. */
function switches(options: MethodOptions): Settings {
  const { ratio, tau, discriminator, k, softWeights, sampler, normalisation, firstPickFromKept, knn, precision } =
    options;
  const named = {
    ratio,
    tau,
    discriminator,
    k,
    // commander sets true by default; only a given --no-soft-weights changes the method's own setting.
    softWeights: softWeights === false ? false : undefined,
    sampler,
    normalisation,
    firstPickFromKept,
    neighbours: knn,
    precision,
  };
  for (const [name, value] of Object.entries(named)) {
    if (value !== undefined && options.set && name in options.set) {
      throw new InputError(`${name} is given twice, by its own option and by --set`, 'Give it once');
    }
  }
  const given = Object.entries({ ...named, ...options.set }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}
