import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { csvFormat } from 'd3-dsv';
import { type Audit, type AuditPicture, audit } from '../analysis/audit.js';
import { imageSizes } from '../cells/json-cells.js';
import { openCategory } from '../dataset/layouts.js';
import { leftOutLine, noImages } from '../dataset/left-out.js';
import { surveyFolder } from '../dataset/listing.js';
import type { Settings } from '../detector/system.js';
import { findSystem } from '../detector/systems.js';
import { InputError } from '../errors.js';
import { systemConfig } from '../experiment/config.js';
import type { Lab } from '../experiment/lab.js';
import { weightsIdentity } from '../features/weights-identity.js';
import { auditPage } from '../figures/audit/page.js';
import type { Reporter } from '../progress.js';
import { writeAtomically, writeJson } from '../storage/atomic.js';
import { addCategories, type CategoriesOptions, chosenCategories, throughCategories } from './category-cells.js';
import {
  addCacheOptions,
  addFeatureOptions,
  addThreads,
  assignment,
  type CacheOptions,
  chosenFeatures,
  type FeatureOptions,
  number,
  whole,
} from './options.js';
import { addRecord, recordRun } from './run-record.js';
import { withLab } from './session.js';
import { textTable } from './table.js';

interface Options extends FeatureOptions, CacheOptions, CategoriesOptions {
  out: string;
  ratio?: number;
  set?: Settings;
  record: boolean;
  seed: number;
  threads?: number;
}

const RESULTS = 'data/results/audit';

/** Switches of `witness` that an audit has no use for: isolation judges, and nothing is kept. */
const OF_A_DETECTOR: readonly string[] = ['judges', 'k', 'quantile', 'witnesses', 'precision'];

/** `softpatch audit`: which pictures of a folder are probably dirty. */
export function addAudit(program: Command): void {
  const command = program
    .command('audit')
    .description('rank the images of a folder by suspicion, without labels, and estimate how many are dirty')
    .argument('<dir>', 'folder of images that should be good; with --categories: of categories')
    .option('--out <dir>', 'where audit.csv, audit.json and audit.html go', 'audit')
    .option('--ratio <rho>', 'share of all patches in the coreset that images are compared by (default: 0.1)', number)
    .option('--set <name=value>', "one of witness's switches, may be repeated, e.g. --set alpha=0.01", assignment)
    .option('--seed <n>', 'seed of every draw', whole, 0);
  addCategories(command, RESULTS);
  addCacheOptions(addThreads(addRecord(addFeatureOptions(command))))
    .addHelpText(
      'after',
      `
Open audit.html in a browser, drop what is dirty, save the list, then:
  softpatch fit --good photos/good --exclude exclude.txt --out mine.safetensors

Examples:
  softpatch audit photos/good
  softpatch audit data/mvtec/screw/train/good --ratio 0.03 --out audit/screw
  softpatch audit data/mvtec --categories all --out audit    machines may share --results`,
    )
    .action(runAudit);
}

async function runAudit(dir: string, options: Options): Promise<void> {
  const { out, seed, ratio, set } = options;
  if (ratio !== undefined && set?.ratio !== undefined) {
    throw new InputError('ratio is given twice, by its own option and by --set', 'Give it once');
  }
  const idle = Object.keys(set ?? {}).find((name) => OF_A_DETECTOR.includes(name));
  if (idle) throw new InputError(`an audit would ignore ${idle}: it fits no detector`, `Leave ${idle} out`);
  const settings = { ...(ratio !== undefined && { ratio }), ...set };
  const features = await chosenFeatures(options, (chosen) => findSystem('witness').reading('default', chosen));
  const config = systemConfig({ method: 'witness', settings, features }, seed);
  const choice = { features: config.features, settings, seed };
  const categories = options.categories && (await chosenCategories(dir, options.categories));
  const folder = categories ? null : await surveyed(dir);
  await withLab(options, async (lab) => {
    if (config.features.weights.kind === 'random')
      lab.reporter.note(`no weights given or found: ${config.features.backbone} with random ones sees little`);
    const record = async (images: Record<string, string[]>): Promise<void> =>
      recordRun(options, {
        configuration: config,
        engine: lab.compute.engine,
        weights: [await weightsIdentity(config.features)],
        images,
        folders: [out],
      });
    if (categories) return auditCategories(lab, dir, categories, options, choice, record);
    const left = leftOutLine(folder!.leftOut);
    if (left) lab.reporter.note(left);
    const pictures = folder!.images.map(({ file, path }) => ({ name: file, path }));
    const found = await audit(lab, basename(dir), pictures, choice);
    await writeAudit(out, found, lab.reporter);
    await record({ audited: pictures.map(({ path }) => path) });
    console.log(summary(found, out));
  });
}

/** Images of a folder and what was left out. @throws InputError for its first problem, or without an image. */
async function surveyed(dir: string): ReturnType<typeof surveyFolder> {
  const folder = await surveyFolder(dir);
  const { images, leftOut, problems } = folder;
  if (problems.length > 0) throw problems[0];
  if (images.length === 0) throw noImages(dir, leftOut);
  return folder;
}

async function writeAudit(out: string, found: Audit, reporter: Reporter): Promise<void> {
  await writeAtomically(join(out, 'audit.csv'), csv(found));
  await writeJson(join(out, 'audit.json'), found);
  const progress = reporter.stage('audit page');
  await writeAtomically(join(out, 'audit.html'), async (file) => {
    for await (const piece of auditPage(found, progress)) await file.write(piece);
  });
}

/** The training images of many categories, a folder of `out` each, and a table of all. */
async function auditCategories(
  lab: Lab,
  data: string,
  categories: readonly string[],
  { results = RESULTS, out }: Options,
  choice: Parameters<typeof audit>[3],
  record: (images: Record<string, string[]>) => Promise<void>,
): Promise<void> {
  const { weights: _, ...features } = choice.features;
  const tasks = categories.map((category) => {
    const pictures = async (): Promise<AuditPicture[]> =>
      (await openCategory(data, category)).train.map(({ name, path }) => ({ name, path }));
    return {
      label: `audit/${category}`,
      dependsOn: async () => {
        const identity = await weightsIdentity(choice.features);
        return ['audit', 1, { ...choice, features }, identity, await imageSizes(await pictures())];
      },
      compute: async () => audit(lab, category, await pictures(), choice),
    };
  });
  await throughCategories<Audit>(lab, results, tasks, async (found) => {
    const rows = [];
    for (const audited of found.values()) {
      await writeAudit(join(out, audited.folder), audited, lab.reporter);
      const { folder: category, images, suspected, share, summary: line } = audited;
      rows.push({ category, images: images.length, suspected, share, summary: line });
    }
    await writeAtomically(join(out, 'summary.csv'), `${csvFormat(rows)}\n`);
    const audited: Record<string, string[]> = {};
    for (const { folder } of found.values()) {
      audited[folder] = (await openCategory(data, folder)).train.map(({ path }) => path);
    }
    await record(audited);
    console.log(
      textTable(
        ['category', 'images', 'suspected'],
        rows.map((row) => [row.category, row.images, row.suspected].map(String)),
      ),
    );
    console.log(`look at ${join(out, '<category>/audit.html')}; all: ${join(out, 'summary.csv')}`);
  });
}

function csv({ images }: Audit): string {
  return `${csvFormat(
    images.map(({ rank, name, suspected, deviations, pValue, isolation, nearest, copies }) => ({
      rank,
      name,
      suspected: suspected ? 'yes' : 'no',
      deviations: deviations.toFixed(3),
      pValue: pValue.toPrecision(3),
      isolation: isolation.toFixed(4),
      nearest: nearest?.name ?? '',
      copies: copies.join(' '),
    })),
  )}\n`;
}

function summary({ images, summary: line }: Audit, out: string): string {
  const worst = images.slice(0, 5).map(({ name, deviations }) => `  ${name} (${deviations.toFixed(1)} deviations)`);
  return [
    `${images.length} images: ${line}`,
    'most suspicious:',
    ...worst,
    `look at ${join(out, 'audit.html')}; lists: audit.csv, audit.json`,
  ].join('\n');
}
