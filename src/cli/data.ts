import type { Command } from 'commander';
import { type Difficulty, HARD } from '../dataset/drawn/difficulty.js';
import { EASY_SCENES } from '../dataset/drawn/scenes.js';
import { type DrawnOptions, SMALL_SET } from '../dataset/drawn/write.js';
import { importData } from '../dataset/import.js';
import { openCategory } from '../dataset/layouts.js';
import type { CountReport } from '../dataset/mvtec-counts.js';
import { injectNoise } from '../dataset/noise.js';
import { createRandom } from '../random.js';
import { writeJson } from '../storage/atomic.js';
import { addCheck, countTable } from './data-check.js';
import { drawPictureCategories } from './draw.js';
import { addNoiseOptions, type NoiseCliOptions, number, whole } from './options.js';
import { writeJsonOutput } from './outputs.js';
import { terminalReporter } from './reporter.js';

interface DrawOptions extends Omit<DrawnOptions, 'difficulty'>, Partial<Difficulty> {
  to: string;
  hard?: boolean;
}

/** `softpatch data …`: bring in, check, draw, contaminate. */
export function addData(program: Command): void {
  const data = program.command('data').description('import, check and draw data sets, draw noise');
  data
    .command('import')
    .description("unpack MVTec AD's archive or copy a folder, and check its counts")
    .argument('<source>', '.tar.xz, .tar.gz, .tar or a folder')
    .option('--to <dir>', 'where categories go', 'data/mvtec')
    .option('--json <file>', 'write the count report')
    .addHelpText(
      'after',
      '\nExamples:\n  softpatch data import mvtec_anomaly_detection.tar.xz\n  softpatch data import ~/btad --to data/btad',
    )
    .action(async (source: string, options: { to: string; json?: string }) => {
      const reporter = terminalReporter();
      await show(await importData(source, options.to, reporter.note), options.json);
    });
  addCheck(data);
  data
    .command('draw')
    .description(
      'draw the seeded data set: weave (texture), bracket (aligned), bolt (rotated); by name also leather (faint texture)',
    )
    .argument('[category...]', 'only these')
    .option('--to <dir>', 'where categories go', 'data/drawn')
    .option('--seed <n>', 'seed', whole, SMALL_SET.seed)
    .option('--train <n>', 'training images a category', whole, SMALL_SET.train)
    .option('--good <n>', 'nominal test images', whole, SMALL_SET.good)
    .option('--defective <n>', 'test images a defect type', whole, SMALL_SET.defective)
    .option('--hard', 'a little of everything below but alike defects')
    .option('--contrast <share>', 'how strongly defects differ from what they cover, 0…1', number)
    .option('--shift <share>', 'objects lie up to so far from their place, as a share of the side', number)
    .option('--turn <degrees>', 'they are turned by up to so much', number)
    .option('--light <share>', 'light changes by up to so much, from image to image and across each', number)
    .option('--outliers <share>', 'images with dust, which is no defect', number)
    .option('--alike <share>', 'defects that look alike', number)
    .addHelpText(
      'after',
      '\nExamples:\n  softpatch data draw --train 100\n  softpatch data draw leather bracket --hard --to data/hard\n  softpatch data draw bolt --to data/mine',
    )
    .action(async (names: string[], { to, hard, ...options }: DrawOptions) => {
      const { seed, train, good, defective, ...knobs } = options;
      const size = { seed, train, good, defective, difficulty: { ...(hard ? HARD : {}), ...knobs } };
      const wanted = names.length > 0 ? names : EASY_SCENES;
      for (const root of await drawPictureCategories(to, size, terminalReporter(), wanted)) console.log(root);
    });
  const noise = data
    .command('noise')
    .description('draw which defective test images are injected, and write the manifest')
    .requiredOption('--data <dir>', 'data folder')
    .option('--category <name>', 'category')
    .option('--seed <n>', 'seed', whole, 0)
    .requiredOption('--out <file>', 'manifest to write');
  addNoiseOptions(noise)
    .addHelpText(
      'after',
      '\nExample:\n  softpatch data noise --data data/mvtec --category screw --noise 0.1 --out noise.json',
    )
    .action(async (options: NoiseCliOptions & { data: string; category?: string; seed: number; out: string }) => {
      const category = await openCategory(options.data, options.category);
      const how = {
        noise: options.noise,
        overlap: options.overlap ?? false,
        augmentation: options.noiseAugmentation,
        repeat: options.repeatNoise,
      };
      const { manifest } = injectNoise(category, how, createRandom(options.seed).fork('noise'));
      await writeJson(options.out, { ...manifest, seed: options.seed });
      console.log(`${manifest.images.length} of ${category.name} written to ${options.out}`);
    });
}

async function show(reports: readonly CountReport[], json: string | undefined): Promise<void> {
  if (json) await writeJsonOutput(json, reports);
  console.log(countTable(reports));
  for (const { differences } of reports) for (const difference of differences) console.log(difference);
}
