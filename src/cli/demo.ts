import { join } from 'node:path';
import type { Command } from 'commander';
import type { Sample } from '../dataset/category.js';
import { openCategory } from '../dataset/layouts.js';
import { findSystem, SYSTEMS } from '../detector/systems.js';
import { evaluateConfig, systemConfig } from '../experiment/config.js';
import { type EvaluateResult, evaluate } from '../experiment/evaluate.js';
import { type HeatColumn, heatSheet, leakedAndUnseen } from '../figures/heat-sheet.js';
import { renderPng } from '../figures/render.js';
import { writeAtomically } from '../storage/atomic.js';
import { drawMissingCategories } from './draw.js';
import { missingDiagnostics } from './missing-figures.js';
import { addFeatureOptions, addThreads, chosenFeatures, type FeatureOptions, number } from './options.js';
import { writeJsonOutput } from './outputs.js';
import { withLab } from './session.js';
import { figure, textTable } from './table.js';

interface Options extends FeatureOptions {
  out: string;
  noise: number;
  json?: string;
  threads?: number;
}

const CATEGORY = 'bracket';
const NAMES = { patchcore: 'PatchCore', 'softpatch-lof': 'SoftPatch' };

/** `softpatch demo`: PatchCore against SoftPatch on the drawn set, clean and dirty. */
export function addDemo(program: Command): void {
  const command = program
    .command('demo')
    .description(
      'PatchCore against SoftPatch under noise on a drawn data set: a table and a contact sheet of heat maps',
    )
    .option('--out <dir>', 'where the drawn set and the sheet go', 'data/demo')
    .option('--noise <ratio>', 'injected defective images relative to the nominal count', number, 0.15)
    .option('--json <file>', 'write the results');
  addThreads(addFeatureOptions(command))
    .addHelpText(
      'after',
      '\nExamples:\n  softpatch demo\n  softpatch demo --weights data/weights/resnet18.safetensors --noise 0.2',
    )
    .action(runDemo);
}

async function runDemo(options: Options): Promise<void> {
  const choice = await chosenFeatures(options, (chosen) => findSystem('patchcore').reading('paper', chosen));
  const { features } = systemConfig({ method: 'patchcore', features: choice }, 0);
  const { weights } = features;
  console.log(
    weights.kind === 'file'
      ? `weights: ${weights.path}`
      : `weights: none given or found in data/weights, so ${features.backbone} runs with seeded random ones (real ones do better)`,
  );
  await withLab(options, async (lab) => {
    const data = join(options.out, 'drawn');
    await drawMissingCategories(data, lab.reporter, [CATEGORY]);
    const category = await openCategory(data, CATEGORY);
    const results: EvaluateResult[] = [];
    const columns: HeatColumn[] = [];
    for (const noise of [0, options.noise]) {
      for (const [method, name] of Object.entries(NAMES)) {
        const config = evaluateConfig(
          { method, features, contamination: { noise, overlap: true }, settings: { ratio: 0.1 } },
          SYSTEMS,
        );
        const own = new Map<string, Float32Array>();
        columns.push({ heading: `${name} ${noise === 0 ? 'clean' : noise}`, maps: own });
        const keep = (sample: Sample, _score: number, map: Float32Array): void => void own.set(sample.name, map);
        results.push(await evaluate(lab, category, config, { onImage: keep }));
      }
    }
    const sheet = join(options.out, 'heat-maps.png');
    const leaked = results.at(-1)!.manifest.images;
    const svg = await heatSheet(
      'Heat maps, trained on clean and on dirty images',
      leakedAndUnseen(category.test, leaked),
      columns,
      features.preprocessing,
    );
    await writeAtomically(sheet, renderPng(svg, 1.5));
    if (options.json) await writeJsonOutput(options.json, results);
    console.log(`\n${table(results)}\n\nheat maps: ${sheet}`);
  });
}

function table(results: readonly EvaluateResult[]): string {
  const rows = results.map(({ config, image, pixel, diagnostics, timings }) => [
    config.method,
    String(config.contamination.noise),
    figure(image.auroc),
    figure(pixel.auroc),
    figure(pixel.aupro),
    figure(diagnostics.coresetDefectShare),
    timings.total.toFixed(1),
  ]);
  const missing = results.find(({ diagnostics }) => diagnostics.coresetDefectShare === null)?.diagnostics;
  const reason = missing ? `\n– of the coreset: ${missingDiagnostics(missing, { masked: true })}` : '';
  const text = textTable(
    ['method', 'noise', 'image AUROC', 'pixel AUROC', 'AUPRO', 'defects in coreset', 'seconds'],
    rows,
  );
  return text + reason;
}
