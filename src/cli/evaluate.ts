import type { Command } from 'commander';
import { Option } from 'commander';
import type { Category } from '../dataset/category.js';
import type { Diagnostics } from '../experiment/diagnostics.js';
import { type EvaluateResult, evaluate } from '../experiment/evaluate.js';
import type { FilterReport } from '../experiment/filter.js';
import type { MaskMode } from '../image/mask.js';
import { type ContaminatedOptions, contaminated, contaminatedRun, weightsOf } from './contaminated.js';
import { keepMaps } from './evaluate-maps.js';
import { addMethodOptions } from './method-options.js';
import { missingFigures } from './missing-figures.js';
import {
  addCacheOptions,
  addExclude,
  addFeatureOptions,
  addMemory,
  addNoiseOptions,
  addPrecisionNetwork,
  addThreads,
  type CacheOptions,
} from './options.js';
import { writeJsonOutput } from './outputs.js';
import { addRecord, recordRun } from './run-record.js';
import { withLab } from './session.js';
import { figure, textTable } from './table.js';

interface Options extends ContaminatedOptions, CacheOptions {
  maskMode: MaskMode;
  json?: string;
  maps?: string;
  record: boolean;
  threads?: number;
  memory?: number;
}

/** `softpatch evaluate`: one method on one contaminated category. */
export function addEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description('contaminate a category, fit a method, measure it on the test images')
    .option('--data <dir>', 'folder of categories in MVTec or BTAD layout, or one category')
    .option('--category <name>', 'category under --data')
    .option('--good <dir>', 'plain folder of nominal images, with --mixed instead of --data')
    .option('--mixed <dir>', 'plain folder of images to inspect, perhaps with one sub-folder a type')
    .addOption(
      new Option('--mask-mode <mode>', 'when a resized mask pixel is a defect')
        .choices(['nearest', 'half', 'eroded255'])
        .default('nearest'),
    )
    .option(
      '--maps <dir>',
      'write a picture of every test image: itself, its heat map, what was found and its mask, score and verdict',
    )
    .option('--json <file>', 'write the whole result');
  addCacheOptions(
    addMemory(
      addThreads(
        addRecord(addExclude(addNoiseOptions(addMethodOptions(addPrecisionNetwork(addFeatureOptions(command)))))),
      ),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  softpatch evaluate --data data/mvtec --category screw --method softpatch-lof --noise 0.1 --overlap
  softpatch evaluate --data data/mvtec --category screw --noise 0.1 --overlap --filter padim-star --method patchcore
  softpatch evaluate --data data/mvtec --category screw --method cflow --profile small --set epochs=3
  softpatch evaluate --data data/btad --category 01 --resize 512 --crop 512 --ratio 0.01
  softpatch evaluate --data data/drawn --category bolt --method patchcore --ratio 0.01 --json result.json
  softpatch evaluate --data data/mvtec --category screw --method softpatch-lof --profile release \\
    --backbone wide_resnet50_2 --weights wrn50.safetensors --noise-manifest noise.json --noise 0.1`,
    )
    .action(runEvaluate);
}

async function runEvaluate(options: Options): Promise<void> {
  const { config, category } = await contaminated(options);
  await withLab(options, async (lab) => {
    const { weights } = config.features;
    if (weights.kind === 'random')
      lab.reporter.note(`no weights given or found: ${config.features.backbone} with random ones`);
    const maps = options.maps ? keepMaps(options.maps, category, config) : undefined;
    const result = await evaluate(lab, category, config, maps);
    const drawn = await maps?.write();
    if (options.json) await writeJsonOutput(options.json, result);
    await recordRun(options, {
      ...contaminatedRun(options, config, category),
      engine: lab.compute.engine,
      weights: await weightsOf(config),
      outputs: [options.json],
      folders: [options.maps],
    });
    console.log(summary(result, category));
    if (drawn !== undefined) {
      const by =
        drawn === null
          ? 'without labels no verdicts'
          : `verdicts at the largest F1, scores above ${drawn.toPrecision(4)}`;
      console.log(`pictures in ${options.maps}: ${by}`);
    }
  });
}

function summary(result: EvaluateResult, { masked }: Pick<Category, 'masked'>): string {
  const { category, config, image, pixel, filter, diagnostics, timings, peakMemoryBytes, cache, notes } = result;
  const reused = Object.entries(cache).map(
    ([kind, counts]) => `${kind} ${counts.reused} of ${counts.reused + counts.computed}`,
  );
  const { noise, overlap } = config.contamination;
  const settings = Object.entries(config.settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  const stages = Object.entries(timings).map(([stage, seconds]) => [stage, seconds.toFixed(2)]);
  return [
    `${category}: ${filter ? `${filter.method} + ` : ''}${config.method} (${config.profile}), noise ${noise}${overlap ? ', overlap' : ''}, ${settings}`,
    '',
    textTable(
      ['', 'AUROC', 'AP', 'F1-max', 'AUPRO'],
      [
        ['image', figure(image.auroc), figure(image.ap), figure(image.f1max), ''],
        [`pixel (${config.maskMode})`, figure(pixel.auroc, 4), figure(pixel.ap), '', figure(pixel.aupro)],
      ],
    ),
    ...missingFigures(result, result.images, { masked }),
    '',
    ...(filter ? [filterLine(filter)] : []),
    ...notes,
    ...(diagnostics.coresetSize > 0 ? [coresetLine(diagnostics)] : []),
    `seconds: ${stages.map(([stage, seconds]) => `${stage} ${seconds}`).join(', ')}; peak memory ${(peakMemoryBytes / 2 ** 30).toFixed(2)} GB`,
    ...(reused.length > 0 ? [`reused from the cache: ${reused.join(', ')}`] : []),
  ].join('\n');
}

function coresetLine(diagnostics: Diagnostics): string {
  const { coresetSize, coresetNoiseShare, coresetDefectShare, noisePatchesRemoved } = diagnostics;
  const known = (text: string, value: number | null): string[] => (value === null ? [] : [`${figure(value)} ${text}`]);
  return [
    `coreset: ${coresetSize} patches`,
    ...known('from noise images', coresetNoiseShare),
    ...known('defective', coresetDefectShare),
    ...known('of the noise patches removed', noisePatchesRemoved),
  ].join(', ');
}

function filterLine({ dropped, noiseDropped, noiseLeft, precision, recall }: FilterReport): string {
  const rates = [
    ...(precision === null ? [] : [`precision ${figure(precision)}`]),
    ...(recall === null ? [] : [`recall ${figure(recall)}`]),
  ].join(', ');
  return (
    `image filter: ${dropped.length} images dropped, ${noiseDropped} of them noise${rates && ` (${rates})`}; ` +
    `${noiseLeft} noise images leaked through`
  );
}
