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

/** What only computing needs. */
const OF_COMPUTING = [
  ...[
    'weights',
    'backbone',
    'categories',
    'systems',
    'draws',
    'ratio',
    'cflow',
    'tsne',
    'size',
    'set',
    'shard',
    'results',
    'slurm',
    'status',
    'gather',
    'list',
    'cell',
    'stale',
  ],
  ...['engine', 'threads', 'cache', 'cacheLimit', 'record'],
];
const computes = ({ data, drawn }: Options): boolean => Boolean(data ?? drawn);

const noisy = ({ noise, noiseManifest }: Options): boolean => Number(noise) > 0 || noiseManifest !== undefined;

/** What `fit --extend` heeds; the rest a saved detector has settled. */
const EXTENDING: readonly string[] = [
  ...['extend', 'good', 'exclude', 'out', 'json', 'selfContained', 'weights', 'engine', 'threads', 'seed', 'record'],
  ...['cache', 'cacheLimit', 'falseAlarms', 'defects', 'calibration', 'assumeDefective'],
];
const drawn = ({ noiseManifest }: Options): boolean => noiseManifest === undefined;

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
  ...['resize', 'crop', 'frame'].map(
    (option): Rule => ({
      option,
      unless: ({ tile }) => tile === undefined,
      why: 'tiles are seen at the resolution of the picture',
    }),
  ),
  { option: 'tileOverlap', unless: ({ tile }) => tile !== undefined, why: 'without --tile there are no tiles' },
  { option: 'overlap', unless: noisy, why: 'without --noise nothing is injected' },
  { option: 'noiseAugmentation', unless: noisy, why: 'without --noise nothing is injected' },
  { option: 'repeatNoise', unless: noisy, why: 'without --noise nothing is injected' },
  { option: 'noiseAugmentation', unless: drawn, why: 'the manifest says how each copy is changed' },
  { option: 'repeatNoise', unless: drawn, why: 'the manifest says what is injected' },
  { option: 'maskMode', unless: ({ good }) => !good, why: 'plain folders have no masks' },
  { commands: ['evaluate'], option: 'mixed', unless: ({ good }) => Boolean(good), why: 'it needs --good beside it' },
  { commands: ['evaluate'], option: 'good', unless: ({ mixed }) => Boolean(mixed), why: 'it needs --mixed beside it' },
  {
    commands: ['sweep'],
    option: 'tau',
    unless: ({ taus, ks, ratios, chart }) => Boolean(chart) || (!taus && Boolean(ks ?? ratios)),
    why: 'the sweep runs over τ, and --tau only marks a --chart',
  },
  { commands: ['sweep'], option: 'k', unless: ({ ks }) => !ks, why: 'the sweep runs over --ks' },
  { commands: ['sweep'], option: 'ratio', unless: ({ ratios }) => !ratios, why: 'the sweep runs over --ratios' },
  ...OF_COMPUTING.map((option) => ({
    commands: ['run'],
    option,
    unless: computes,
    why: "without --data or --drawn nothing is computed and the paper's own tables are printed",
  })),
  {
    commands: ['run'],
    option: 'out',
    unless: (options) => computes(options) || Boolean(options.published),
    why: 'without --data, --drawn or --published nothing is written',
  },
  { option: 'dryRun', unless: ({ slurm }) => Boolean(slurm), why: 'it only writes what --slurm would submit' },
  {
    commands: ['calibrate'],
    option: 'assumeDefective',
    unless: ({ good }) => Boolean(good),
    why: 'without --good the scores of the fit stay',
  },
  { option: 'sha256', unless: ({ source }) => Boolean(source), why: 'it is that of a --source' },
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
 * Refuses options that a user gave and that would change nothing, and empty ones.
 * @throws InputError naming the option and why.
 */
export function refuseIgnored(command: Command): void {
  const options = command.opts<Options>();
  const given = (option: string): boolean => command.getOptionValueSource(option) === 'cli';
  refuseEmpty(command);
  for (const { commands, option, unless, why } of RULES) {
    if (commands && !commands.includes(command.name())) continue;
    if (given(option) && !unless(options)) refuse(command, option, why);
  }
  if (command.name() !== 'fit' || !options.extend) return;
  const settled = command.options.map((own) => own.attributeName()).filter((own) => !EXTENDING.includes(own));
  for (const option of settled) if (given(option)) refuse(command, option, 'a detector is extended as it was fitted');
}

function refuse(command: Command, option: string, why: string): never {
  const flag = flagOf(command, option);
  throw new InputError(`${flag} would be ignored: ${why}`, `Leave ${flag} out`);
}

/** An empty path or name is a slip of a script, such as a variable that is not set. */
function refuseEmpty(command: Command): void {
  const isEmpty = (value: unknown): boolean => value === '' || (Array.isArray(value) && value.includes(''));
  const option = Object.entries(command.opts<Options>()).find(([, value]) => isEmpty(value));
  if (option) throw new InputError(`${flagOf(command, option[0])} is given an empty value`, 'Give one');
  if (command.args.includes('')) throw new InputError('an argument is empty', 'Give a path or a name');
}

function flagOf(command: Command, option: string): string {
  return command.options.find((own) => own.attributeName() === option)?.long ?? `--${option}`;
}
