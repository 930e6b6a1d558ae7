import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { csvFormat } from 'd3-dsv';
import { type Audit, audit } from '../analysis/audit.js';
import { listImages } from '../dataset/listing.js';
import type { Settings } from '../detector/system.js';
import { findSystem } from '../detector/systems.js';
import { systemConfig } from '../experiment/config.js';
import { auditPage } from '../figures/audit/page.js';
import { writeAtomically, writeJson } from '../storage/atomic.js';
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
import { withLab } from './session.js';

interface Options extends FeatureOptions, CacheOptions {
  out: string;
  ratio?: number;
  set?: Settings;
  seed: number;
  threads?: number;
}

/** `softpatch audit`: which pictures of a folder are probably dirty. */
export function addAudit(program: Command): void {
  const command = program
    .command('audit')
    .description('rank the images of a folder by suspicion, without labels, and estimate how many are dirty')
    .argument('<dir>', 'folder of images that should be good')
    .option('--out <dir>', 'where audit.csv, audit.json and audit.html go', 'audit')
    .option('--ratio <rho>', 'share of all patches in the coreset that images are compared by (default: 0.1)', number)
    .option('--set <name=value>', "one of witness's switches, may be repeated, e.g. --set alpha=0.01", assignment)
    .option('--seed <n>', 'seed of every draw', whole, 0);
  addCacheOptions(addThreads(addFeatureOptions(command)))
    .addHelpText(
      'after',
      `
Open audit.html in a browser, drop what is dirty, save the list, then:
  softpatch fit --good photos/good --exclude exclude.txt --out mine.safetensors

Examples:
  softpatch audit photos/good
  softpatch audit data/mvtec/screw/train/good --ratio 0.03 --out audit/screw`,
    )
    .action(runAudit);
}

async function runAudit(dir: string, options: Options): Promise<void> {
  const { out, seed, ratio, set } = options;
  const settings = { ...(ratio !== undefined && { ratio }), ...set };
  const features = await chosenFeatures(options, (chosen) => findSystem('witness').reading('default', chosen));
  const config = systemConfig({ method: 'witness', settings, features }, seed);
  const pictures = (await listImages(dir)).map(({ file, path }) => ({ name: file, path }));
  await withLab(options, async (lab) => {
    if (config.features.weights.kind === 'random')
      lab.reporter.note(`no weights given or found: ${config.features.backbone} with random ones sees little`);
    const found = await audit(lab, basename(dir), pictures, { features: config.features, settings, seed });
    await writeAtomically(join(out, 'audit.csv'), csv(found));
    await writeJson(join(out, 'audit.json'), found);
    const progress = lab.reporter.stage('audit page');
    await writeAtomically(join(out, 'audit.html'), async (file) => {
      for await (const piece of auditPage(found, progress)) await file.write(piece);
    });
    console.log(summary(found, out));
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
