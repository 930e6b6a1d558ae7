import type { Command } from 'commander';
import { InputError } from '../errors.js';

type Options = Record<string, unknown>;

/** An option that would be ignored unless a condition holds. */
interface Rule {
  /** Commands it is about; all that have the option where left out. */
  commands?: readonly string[];
  option: string;
  unless: (options: Options) => boolean;
  why: string;
}

const noisy = ({ noise, noiseManifest }: Options): boolean => Number(noise) > 0 || noiseManifest !== undefined;

/** What `fit --extend` heeds; the rest a saved detector has settled. */
const EXTENDING: readonly string[] = [
  ...['extend', 'good', 'exclude', 'out', 'json', 'selfContained', 'weights', 'engine', 'threads', 'seed'],
  ...['cache', 'cacheLimit', 'falseAlarms', 'defects', 'calibration', 'assumeDefective'],
];

const RULES: readonly Rule[] = [
  {
    option: 'data',
    unless: ({ good, mixed }) => !good && !mixed,
    why: 'images come from --data or from --good, not both',
  },
  { option: 'data', unless: ({ drawn }) => !drawn, why: 'images come from --data or are --drawn, not both' },
  { option: 'category', unless: ({ categories }) => !categories, why: 'several are named by --categories' },
  {
    commands: ['sweep', 'audit'],
    option: 'results',
    unless: ({ categories }) => Boolean(categories),
    why: 'one category is not kept in a file',
  },
  { option: 'category', unless: ({ data, dir }) => Boolean(data ?? dir), why: 'it names a folder below --data' },
  {
    commands: ['fit'],
    option: 'noise',
    unless: ({ good }) => !good,
    why: 'only a category of --data has defects to inject',
  },
  { commands: ['fit'], option: 'overlap', unless: () => false, why: 'fit has no test set that images could stay in' },
  { commands: ['fit'], option: 'extend', unless: ({ good }) => Boolean(good), why: 'new images come from --good' },
  { option: 'overlap', unless: noisy, why: 'without --noise nothing is injected' },
  { option: 'noiseAugmentation', unless: noisy, why: 'without --noise nothing is injected' },
  { option: 'repeatNoise', unless: noisy, why: 'without --noise nothing is injected' },
  { option: 'filterBudget', unless: ({ filter }) => Boolean(filter), why: 'without --filter no image is dropped' },
  { option: 'filterWeights', unless: ({ filter }) => Boolean(filter), why: 'without --filter no image is dropped' },
  { option: 'cacheLimit', unless: ({ cache }) => cache !== false, why: 'with --no-cache nothing is kept' },
  {
    option: 'folds',
    unless: ({ calibration }) => calibration === undefined || calibration === 'refit',
    why: 'only --calibration refit has folds',
  },
];

/**
 * Refuses options that a user gave and that would change nothing.
 * @throws InputError naming the option and why.
 */
export function refuseIgnored(command: Command): void {
  const options = command.opts<Options>();
  const given = (option: string): boolean => command.getOptionValueSource(option) === 'cli';
  for (const { commands, option, unless, why } of RULES) {
    if (commands && !commands.includes(command.name())) continue;
    if (given(option) && !unless(options)) refuse(command, option, why);
  }
  if (command.name() !== 'fit' || !options.extend) return;
  const settled = command.options.map((own) => own.attributeName()).filter((own) => !EXTENDING.includes(own));
  for (const option of settled) if (given(option)) refuse(command, option, 'a detector is extended as it was fitted');
}

function refuse(command: Command, option: string, why: string): never {
  const flag = command.options.find((own) => own.attributeName() === option)?.long ?? `--${option}`;
  throw new InputError(`${flag} would be ignored: ${why}`, `Leave ${flag} out`);
}
