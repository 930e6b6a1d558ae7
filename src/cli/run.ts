import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ClaimTimes } from '../cells/claims.js';
import { requeueThisTask, type SlurmOptions, slurmOptions } from '../cells/slurm.js';
import { thisWorker } from '../cells/worker.js';
import type { Engine, EngineChoice } from '../engine/names.js';
import { Cancelled, InputError } from '../errors.js';
import { WEIGHTS_FOLDER } from '../features/weight-files.js';
import { EXPERIMENTS, type Experiment } from '../paper/grid.js';
import { type RunOutcome, runCells } from '../paper/run.js';
import { GRID_SYSTEMS } from '../paper/systems.js';
import { recordGrid } from './grid-record.js';
import { list } from './lists.js';
import { addCacheOptions, addEngine, addThreads, type CacheOptions, number, whole } from './options.js';
import { printPublished, writePublished } from './published.js';
import { terminalReporter } from './reporter.js';
import { type Grid, type GridOptions, runGrid } from './run-grid.js';
import { refuseIdleOfRun } from './run-ignored.js';
import { addRecord } from './run-record.js';
import { runOnSlurm } from './run-slurm.js';
import { listCells, statusText } from './run-status.js';
import { writeTables } from './run-tables.js';
import { withLab } from './session.js';

interface Options extends CacheOptions, GridOptions {
  engine: EngineChoice;
  published?: boolean;
  results: string;
  out: string;
  record: boolean;
  threads?: number;
  slurm?: SlurmOptions;
  dryRun?: boolean;
  status?: boolean;
  gather?: boolean;
  list?: 'json';
  stale: number;
}

function shard(text: string): [number, number] {
  const parts = /^(\d+)\/(\d+)$/.exec(text);
  if (!parts) throw new InvalidArgumentError('It is not i/n, such as 2/8.');
  const [index, count] = [Number(parts[1]), Number(parts[2])];
  if (index < 1 || index > count)
    throw new InvalidArgumentError('The part must lie between 1 and the number of parts.');
  return [index, count];
}

function slurmText(text: string): SlurmOptions {
  try {
    return slurmOptions(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** `cflow.epochs=1` into { cflow: { epochs: '1' } }. */
function methodSwitch(text: string, before: Record<string, Record<string, unknown>> = {}): typeof before {
  const parts = /^([\w-]+)\.(\w+)=(.*)$/.exec(text);
  if (!parts) throw new InvalidArgumentError('It is not method.switch=value, such as cflow.epochs=1.');
  const [, method, name, value] = parts;
  return { ...before, [method]: { ...before[method], [name]: value } };
}

/** `softpatch run`: the paper's tables and figures. */
export function addRun(program: Command): void {
  const command = program
    .command('run')
    .description(
      "the paper's tables and figures: computes what is missing, writes them with the paper's numbers beside",
    )
    .argument('<what...>', `${EXPERIMENTS.join(', ')} or all`)
    .option('--data <dir>', "folder of categories in MVTec's layout; without it the paper's own tables are printed")
    .option('--drawn', 'the drawn set, into data/drawn, in place of --data')
    .option('--published', "write the paper's own tables too, every printed cell, in all formats")
    .option('--weights <dir>', 'folder of <backbone>.safetensors', WEIGHTS_FOLDER)
    .option('--backbone <name>', 'network (default: wide_resnet50_2 if its weights are there, else resnet18)')
    .option('--categories <names>', 'only these, comma-separated', list)
    .addOption(
      new Option('--systems <names>', `only these: ${GRID_SYSTEMS.map(({ name }) => name).join(', ')}`).argParser(list),
    )
    .option('--draws <n>', 'draws of noise and seeds', whole, 3)
    .option('--ratio <rho>', 'share of patches in greedy coresets', number, 0.1)
    .option('--cflow <profile>', 'profile of CFLOW: small, anomalib-2022, cflow-ad', 'small')
    .addOption(new Option('--tsne <routine>', 'of Figure 5').choices(['exact', 'tsne-js']).default('exact'))
    .option('--size <px>', 'side of the images, for quick looks', whole)
    .option('--set <method.switch=value>', "a method's switch, may be repeated", methodSwitch)
    .option(
      '--shard <i/n>',
      'compute only part i of n, dealt beforehand; processes that share --results need none',
      shard,
    )
    .option('--results <dir>', 'one file a cell, computed once by all who share the folder', 'data/results/paper')
    .option('--out <dir>', 'where tables and figures go', 'figures')
    .option(
      '--slurm <options>',
      "submit a job array and a gather job, e.g. 'partition=x,time=2:00:00,cpus=8,array=32%8'",
      slurmText,
    )
    .option('--dry-run', 'with --slurm: only write the files')
    .option('--status', 'what is done, running where, failed why and missing; computes nothing')
    .option('--gather', 'tables and figures of the cells that are there; computes nothing')
    .addOption(new Option('--list <format>', 'the cells, for other engines; computes nothing').choices(['json']))
    .option('--cell <name...>', 'compute only these cells, as --list names them, and write no tables');
  command.option('--stale <s>', 'seconds without a sign of life after which a claimed cell is taken over', number, 300);
  addCacheOptions(addThreads(addEngine(addRecord(command))))
    .addHelpText(
      'after',
      `
Examples:
  softpatch run table-6                                            what the paper prints
  softpatch run table-6 --data data/mvtec --weights data/weights --draws 3
  softpatch run all --data data/mvtec --results /shared/results    on any number of machines at once
  softpatch run all --data data/mvtec --results /shared/results --slurm 'partition=gpu,time=2:00:00,cpus=8,mem=12G,array=32%8'
  softpatch run all --data data/mvtec --results /shared/results --status
  softpatch run authors-readme --data data/mvtec --draws 3
  softpatch run figure-7 --drawn --ratio 0.01 --draws 1 --size 112`,
    )
    .action(runPaper);
}

async function runPaper(what: string[], options: Options, command: Command): Promise<void> {
  const unknown = what.find((name) => name !== 'all' && !(EXPERIMENTS as readonly string[]).includes(name));
  if (unknown)
    throw new InputError(`there is no experiment "${unknown}"`, `Choose from ${EXPERIMENTS.join(', ')}, all`);
  const experiments = what.includes('all') ? EXPERIMENTS : (what as Experiment[]);
  const wrong = options.systems?.find((name) => !GRID_SYSTEMS.some((system) => system.name === name));
  if (wrong) throw new InputError(`the paper has no system "${wrong}"`, 'See softpatch run --help');
  if (options.published) await writePublished(options.out, experiments);
  if (!options.data && !options.drawn) return printPublished(experiments);
  if (options.slurm) return runOnSlurm(options.slurm, options.results, options.dryRun ?? false);
  if (options.list || options.status || options.gather) return lookAt(options, experiments, command);
  let grid: Grid | undefined;
  let outcome: RunOutcome | undefined;
  let engine: Engine | null = null;
  try {
    await withLab(options, async (lab) => {
      grid = await runGrid(options, experiments, lab.reporter);
      refuseIdleOfRun(command, options, experiments, grid.all);
      engine = lab.compute.engine;
      outcome = await runCells(lab, options.results, grid.cells, grid.plan, { times: claimTimes(options.stale) });
    });
  } catch (error) {
    if (error instanceof Cancelled && (await requeueThisTask()))
      console.error('softpatch: told to end; this task is in the queue again');
    throw error;
  }
  const { done, reused, failures, left } = outcome!;
  const others = left > 0 ? `, ${left} left to others at work` : '';
  console.log(`${done} cells computed, ${reused} found finished, ${failures.length} failed${others}`);
  const why = failures.map(({ cell, why }) => `${cell.category} ${cell.system} r = ${cell.noise}: ${why}`);
  // Tasks of an array and engines that name cells gather at the end.
  if (thisWorker().run === null && !options.cell) {
    await writeTables(options, experiments, grid!);
    await recordGrid(options, experiments, grid!, { engine, failures: why, cells: { computed: done, reused } });
  }
  if (failures.length === 0) return;
  const lines = why.map((line) => `  ${line}`);
  throw new InputError(`${failures.length} cells failed:\n${lines.join('\n')}`, 'The next run tries them again');
}

/** Ten signs of life before a claim goes stale. @throws InputError for no time at all. */
function claimTimes(stale: number): ClaimTimes {
  if (stale > 0) return { beat: stale / 10, stale };
  throw new InputError(`--stale ${stale} leaves no time`, 'Give seconds above 0');
}

/** What computes nothing: a list for other engines, a look for people, tables of what is there. */
async function lookAt(options: Options, experiments: readonly Experiment[], command: Command): Promise<void> {
  const reporter = terminalReporter();
  try {
    const grid = await runGrid(options, experiments, reporter);
    refuseIdleOfRun(command, options, experiments, grid.all);
    if (options.list) console.log(JSON.stringify(await listCells(options.results, grid), null, 2));
    else if (options.status) console.log(await statusText(options.results, grid));
    else {
      await writeTables(options, experiments, grid);
      await recordGrid(options, experiments, grid, { engine: null, failures: [], cells: { computed: 0 } });
    }
  } finally {
    reporter.stop();
  }
}
