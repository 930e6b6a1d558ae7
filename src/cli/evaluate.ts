import type { Command } from 'commander';
import { Option } from 'commander';
import { openCategory, openFolders } from '../dataset/layouts.js';
import { readManifest } from '../dataset/manifest.js';
import { injectNoise } from '../dataset/noise.js';
import { InputError } from '../errors.js';
import { evaluateConfig } from '../experiment/config.js';
import { type EvaluateResult, evaluate } from '../experiment/evaluate.js';
import type { MaskMode } from '../image/mask.js';
import { createRandom } from '../random.js';
import { writeJson } from '../storage/atomic.js';
import {
  addCacheOptions,
  addFeatureOptions,
  addMethodOptions,
  addNoiseOptions,
  addThreads,
  bankSwitches,
  type CacheOptions,
  type FeatureOptions,
  featureSpec,
  type MethodOptions,
  type NoiseCliOptions,
} from './options.js';
import { withSession } from './session.js';
import { figure, textTable } from './table.js';

interface Options extends FeatureOptions, MethodOptions, NoiseCliOptions, CacheOptions {
  data?: string;
  good?: string;
  mixed?: string;
  category?: string;
  maskMode: MaskMode;
  json?: string;
  threads?: number;
  seed: number;
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
    .option('--json <file>', 'write the whole result');
  addCacheOptions(addThreads(addNoiseOptions(addMethodOptions(addFeatureOptions(command)))))
    .addHelpText(
      'after',
      `
Examples:
  softpatch evaluate --data data/mvtec --category screw --method softpatch-lof --noise 0.1 --overlap
  softpatch evaluate --data data/btad --category 01 --resize 512 --crop 512 --ratio 0.01
  softpatch evaluate --data data/drawn --category bolt --method patchcore --ratio 0.01 --json result.json
  softpatch evaluate --data data/mvtec --category screw --method softpatch-lof --profile release \\
    --backbone wide_resnet50_2 --weights wrn50.safetensors --noise-manifest noise.json --noise 0.1`,
    )
    .action(runEvaluate);
}

async function runEvaluate(options: Options): Promise<void> {
  const config = evaluateConfig({
    method: options.method,
    profile: options.profile,
    bank: bankSwitches(options),
    features: featureSpec(options),
    noise: {
      ratio: options.noise,
      overlap: options.overlap ?? false,
      augmentation: options.noiseAugmentation,
      repeat: options.repeatNoise ?? false,
    },
    maskMode: options.maskMode,
    seed: options.seed,
  });
  const category = await openGiven(options);
  const manifest = options.noiseManifest ? await readManifest(options.noiseManifest) : undefined;
  const noisy = injectNoise(category, { ...config.noise, manifest }, createRandom(config.seed).fork('noise'));
  await withSession(options, async ({ threads, reporter, signal, cache }) => {
    const { weights } = config.features;
    if (weights.kind === 'random')
      reporter.note(`no weights given or found: ${config.features.backbone} with random ones`);
    const result = await evaluate(threads, noisy, config, { reporter, signal, cache });
    if (options.json) await writeJson(options.json, result);
    console.log(summary(result));
  });
}

/** The category a command names, by --data or by --good and --mixed. */
export async function openGiven(
  options: Pick<Options, 'data' | 'category' | 'good' | 'mixed'>,
): ReturnType<typeof openCategory> {
  if (options.data) return openCategory(options.data, options.category);
  if (options.good && options.mixed) return openFolders(options.good, options.mixed);
  throw new InputError('no images were named', 'Give --data DIR (with --category), or --good DIR and --mixed DIR');
}

function summary(result: EvaluateResult): string {
  const { category, config, image, pixel, diagnostics, timings, peakMemoryBytes, cache } = result;
  const reused = Object.entries(cache).map(
    ([kind, counts]) => `${kind} ${counts.reused} of ${counts.reused + counts.computed}`,
  );
  const { ratio, overlap } = config.noise;
  const stages = Object.entries(timings).map(([stage, seconds]) => [stage, seconds.toFixed(2)]);
  return [
    `${category}: ${config.method} (${config.profile}), noise ${ratio}${overlap ? ', overlap' : ''}, ρ ${config.bank.ratio}, τ ${config.bank.threshold}`,
    '',
    textTable(
      ['', 'AUROC', 'AP', 'F1-max', 'AUPRO'],
      [
        ['image', figure(image.auroc), figure(image.ap), figure(image.f1max), ''],
        [`pixel (${config.maskMode})`, figure(pixel.auroc, 4), figure(pixel.ap), '', figure(pixel.aupro)],
      ],
    ),
    '',
    `coreset: ${diagnostics.coresetSize} patches, ${figure(diagnostics.coresetNoiseShare)} from noise images, ` +
      `${figure(diagnostics.coresetDefectShare)} defective; noise patches removed: ${figure(diagnostics.noisePatchesRemoved)}`,
    `seconds: ${stages.map(([stage, seconds]) => `${stage} ${seconds}`).join(', ')}; peak memory ${(peakMemoryBytes / 2 ** 30).toFixed(2)} GB`,
    ...(reused.length > 0 ? [`reused from the cache: ${reused.join(', ')}`] : []),
  ].join('\n');
}
