import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { type Audit, audit } from '../analysis/audit.js';
import { leftOutLine } from '../dataset/left-out.js';
import { listImages } from '../dataset/listing.js';
import type { Settings } from '../detector/system.js';
import { findSystem } from '../detector/systems.js';
import { InputError } from '../errors.js';
import { systemConfig } from '../experiment/config.js';
import { weightsIdentity } from '../features/weights-identity.js';
import { auditCategories, RESULTS } from './audit-categories.js';
import { writeAudit } from './audit-files.js';
import { addCategories, type CategoriesOptions, chosenCategories } from './category-cells.js';
import {
  addCacheOptions,
  addFeatureOptions,
  addPrecisionNetwork,
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

interface Options extends FeatureOptions, CacheOptions, CategoriesOptions {
  out: string;
  ratio?: number;
  set?: Settings;
  record: boolean;
  seed: number;
  threads?: number;
}

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
  addCacheOptions(addThreads(addRecord(addPrecisionNetwork(addFeatureOptions(command)))))
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
  const folder = categories ? null : await listImages(dir);
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

function summary({ images, summary: line }: Audit, out: string): string {
  const worst = images.slice(0, 5).map(({ name, deviations }) => `  ${name} (${deviations.toFixed(1)} deviations)`);
  return [
    `${images.length} images: ${line}`,
    'most suspicious:',
    ...worst,
    `look at ${join(out, 'audit.html')}; lists: audit.csv, audit.json`,
  ].join('\n');
}
