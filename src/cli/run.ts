import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { listCategories } from '../dataset/layouts.js';
import type { EngineChoice } from '../engine/names.js';
import { InputError } from '../errors.js';
import { WEIGHTS_FOLDER } from '../features/weight-files.js';
import { renderPng } from '../figures/render.js';
import { suspectSheet } from '../figures/suspect-sheet.js';
import { EXPERIMENTS, type Experiment, experimentCells, gridOf, shardOf } from '../paper/grid.js';
import { createPlanner } from '../paper/plan.js';
import { finishedCells, runCells } from '../paper/run.js';
import { GRID_SYSTEMS } from '../paper/systems.js';
import { writeExperiment } from '../paper/write.js';
import { writeAtomically } from '../storage/atomic.js';
import { drawMissingCategories } from './draw.js';
import { list } from './lists.js';
import { addCacheOptions, addEngine, addThreads, type CacheOptions, number, whole } from './options.js';
import { type PaperOptions, paperSettingOf } from './paper-setting.js';
import { printPublished, writePublished } from './published.js';
import { withLab } from './session.js';

interface Options extends CacheOptions, PaperOptions {
  engine: EngineChoice;
  data?: string;
  drawn?: boolean;
  published?: boolean;
  categories?: string[];
  systems?: string[];
  draws: number;
  shard?: [number, number];
  results: string;
  out: string;
  threads?: number;
}

const DRAWN = 'data/drawn';

function shard(text: string): [number, number] {
  const parts = /^(\d+)\/(\d+)$/.exec(text);
  if (!parts) throw new InvalidArgumentError('It is not i/n, such as 2/8.');
  const [index, count] = [Number(parts[1]), Number(parts[2])];
  if (index < 1 || index > count)
    throw new InvalidArgumentError('The part must lie between 1 and the number of parts.');
  return [index, count];
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
    .option('--drawn', `the drawn set, into ${DRAWN}, in place of --data`)
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
    .option('--shard <i/n>', 'compute only part i of n; processes may share --results', shard)
    .option('--results <dir>', 'one file a cell; finished cells are never computed again', 'data/results/paper')
    .option('--out <dir>', 'where tables and figures go', 'figures');
  addCacheOptions(addThreads(addEngine(command)))
    .addHelpText(
      'after',
      `
Examples:
  softpatch run table-6                                            what the paper prints
  softpatch run table-6 --data data/mvtec --weights data/weights --draws 3
  softpatch run all --data data/mvtec --shard 2/8 --results /shared/results
  softpatch run authors-readme --data data/mvtec --draws 3
  softpatch run figure-7 --drawn --ratio 0.01 --draws 1 --size 112`,
    )
    .action(runPaper);
}

async function runPaper(what: string[], options: Options): Promise<void> {
  const unknown = what.find((name) => name !== 'all' && !(EXPERIMENTS as readonly string[]).includes(name));
  if (unknown)
    throw new InputError(`there is no experiment "${unknown}"`, `Choose from ${EXPERIMENTS.join(', ')}, all`);
  const experiments = what.includes('all') ? EXPERIMENTS : (what as Experiment[]);
  const wrong = options.systems?.find((name) => !GRID_SYSTEMS.some((system) => system.name === name));
  if (wrong) throw new InputError(`the paper has no system "${wrong}"`, 'See softpatch run --help');
  if (options.published) await writePublished(options.out, experiments);
  if (!options.data && !options.drawn) return printPublished(experiments);
  await withLab(options, async (lab) => {
    const { reporter } = lab;
    const data = options.drawn ? DRAWN : options.data!;
    if (options.drawn) await drawMissingCategories(DRAWN, reporter);
    const present = await listCategories(data);
    const categories = (options.categories ?? present).filter((name) => present.includes(name));
    const absent = (options.categories ?? []).filter((name) => !present.includes(name));
    if (absent.length > 0) reporter.note(`not in ${data}: ${absent.join(', ')}; going on with the rest`);
    if (categories.length === 0)
      throw new InputError(`${data} has none of the categories`, `It has ${present.join(', ')}`);
    const plan = createPlanner(paperSettingOf(options, data, reporter.note));
    const cells = gridOf(experiments, categories, options.draws, options.systems);
    const mine = options.shard ? shardOf(cells, ...options.shard) : cells;
    const outcome = await runCells(lab, options.results, mine, plan);
    console.log(`${outcome.done} cells computed, ${outcome.reused} found finished, ${outcome.failures.length} failed`);
    for (const experiment of experiments) {
      const own = experimentCells(experiment, categories, options.draws, options.systems);
      const { results, missing } = await finishedCells(options.results, own, plan);
      const paths = await writeExperiment(options.out, experiment, results);
      for (const { cell, natural } of results) {
        if (!natural) continue;
        const { category } = cell;
        const sheet = join(options.results, `natural-${category}.png`);
        const title = `${category}: training images by suspicion`;
        const svg = await suspectSheet(title, natural.images, join(data, category));
        await writeAtomically(sheet, renderPng(svg, 1.5));
        paths.push(sheet);
      }
      const lacking = missing.length > 0 ? `, ${missing.length} of ${own.length} cells missing` : '';
      console.log(`${experiment}${lacking}: ${paths.join(' ') || 'nothing to write yet'}`);
    }
    if (outcome.failures.length > 0) {
      const lines = outcome.failures.map(
        ({ cell, why }) => `  ${cell.category} ${cell.system} r = ${cell.noise}: ${why}`,
      );
      throw new InputError(
        `${outcome.failures.length} cells failed:\n${lines.join('\n')}`,
        'The next run tries them again',
      );
    }
  });
}
