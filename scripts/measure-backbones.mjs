// Compares backbones: patches an image, values a patch, images a second, and AUROC of a method on the shared sets. Weights that are not there are
// random ones, and marked so. Rows are kept as they come; a run goes on where the last one stopped.
//   node scripts/measure-backbones.mjs [--onnx FOLDER] [--sets screw,bottle,magnetic_tile] [--only NAME,…] [--speed]
// FOLDER: networks of scripts/onnx-samples.py. --speed measures only images a second, again: on a quiet machine.
// Writes data/results/backbones.json and the table in docs/backbones.md.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { patchDimensions } from '../build/src/features/reading.js';
import {
  evaluate,
  evaluateConfig,
  featureReader,
  onnxBackbone,
  openCategory,
  openLab,
  patchGrid,
  SYSTEMS,
} from '../build/src/index.js';
import { writeAtomically, writeJson } from '../build/src/storage/atomic.js';

const SHARED = process.env.SOFTPATCH_SHARED ?? '../shared';
const SETS = {
  screw: ['datasets/mvtec/screw', 0.1],
  bottle: ['datasets/mvtec/bottle', 0.1],
  magnetic_tile: ['datasets/mtd/magnetic_tile', 0.02],
};
const RESULTS = 'data/results/backbones.json';
const PAGE = 'docs/backbones.md';
const real = (backbone) => ({ kind: 'file', path: join(SHARED, `weights/${backbone}.safetensors`) });
const random = { kind: 'random', seed: 0 };
const RESNETS = { resize: 256, crop: 224, filter: 'bilinear' };
const plain = { embedding: 'plain' };

/** What is compared, in the table's order. */
const BACKBONES = {
  resnet18: { features: { backbone: 'resnet18', weights: real('resnet18') } },
  "resnet18, anomalib's embedding": {
    features: { backbone: 'resnet18', weights: real('resnet18') },
    settings: { embedding: 'anomalib' },
  },
  resnet50v2: { features: { backbone: 'resnet50v2', weights: real('resnet50v2') } },
  wide_resnet50_2: { features: { backbone: 'wide_resnet50_2', weights: random } },
  dinov2_vits14: { features: { backbone: 'dinov2_vits14', weights: random }, settings: plain },
  'dinov2_vitb14, 112 px': {
    features: {
      backbone: 'dinov2_vitb14',
      weights: random,
      preprocessing: { resize: 128, crop: 112, filter: 'bilinear' },
    },
    settings: plain,
  },
};

const { values } = parseArgs({
  options: {
    onnx: { type: 'string' },
    sets: { type: 'string' },
    only: { type: 'string' },
    speed: { type: 'boolean', default: false },
  },
});
for (const file of values.onnx ? readdirSync(values.onnx).sort() : []) {
  if (!file.endsWith('.onnx')) continue;
  const open = () => onnxBackbone(join(values.onnx, file), { usual: RESNETS });
  BACKBONES[file] = { open, random: true, settings: plain };
}
const rows = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {};
const reporter = { stage: () => () => undefined, note: () => undefined };
const lab = await openLab({ cache: process.env.SOFTPATCH_CACHE ?? 'data/cache', reporter });
const uncached = await openLab({ reporter });
try {
  for (const [name, backbone] of Object.entries(BACKBONES)) {
    if (values.only && !values.only.split(',').includes(name)) continue;
    const features = backbone.features ?? (await backbone.open());
    const config = evaluateConfig(
      { method: 'patchcore', features, settings: { ...backbone.settings, ratio: 0.1 } },
      SYSTEMS,
    );
    const isRandom = backbone.random ?? features.weights.kind === 'random';
    rows[name] = {
      ...rows[name],
      random: isRandom,
      grid: patchGrid(config.features).side,
      values: patchDimensions(config.features),
    };
    if (values.speed || !rows[name].imagesASecond) rows[name].imagesASecond = await speed(config.features);
    await writeJson(RESULTS, rows);
    const sets = values.speed ? [] : (values.sets?.split(',') ?? Object.keys(SETS));
    for (const set of sets) {
      if (rows[name][set]) continue;
      const [path, ratio] = SETS[set];
      const category = await openCategory(join(SHARED, path));
      const { image, pixel } = await evaluate(lab, category, {
        ...config,
        settings: { ...config.settings, ratio },
      });
      rows[name][set] = { image: image.auroc, pixel: pixel.auroc };
      await writeJson(RESULTS, rows);
      console.log(name, set, JSON.stringify(rows[name][set]));
    }
  }
} finally {
  await lab.close();
  await uncached.close();
}
await writePage();

/** Images a second from file to embedded patches, of 64 after a warm-up. */
async function speed(features) {
  const { train } = await openCategory(join(SHARED, SETS.screw[0]));
  const images = train.slice(0, 64).map(({ path }) => ({ path }));
  const reader = await featureReader(uncached, features);
  await reader.read(images.slice(0, 8));
  const begin = performance.now();
  await reader.read(images);
  return (1000 * images.length) / (performance.now() - begin);
}

async function writePage() {
  const head = ['backbone', 'weights', 'grid', 'values a patch', 'images a second', ...Object.keys(SETS)];
  const auroc = (found) => (found ? `${found.image.toFixed(3)} / ${found.pixel.toFixed(3)}` : '–');
  const lines = Object.keys(BACKBONES)
    .concat(Object.keys(rows).filter((name) => !(name in BACKBONES)))
    .filter((name) => rows[name])
    .map((name) => {
      const row = rows[name];
      const cells = Object.keys(SETS).map((set) => auroc(row[set]));
      const grid = `${row.grid} × ${row.grid}`;
      const weights = row.random ? 'random' : 'trained';
      return [`\`${name}\``, weights, grid, row.values, row.imagesASecond.toFixed(1), ...cells].join(' | ');
    });
  const table = [head.join(' | '), head.map(() => '---').join(' | '), ...lines].map((line) => `| ${line} |`).join('\n');
  const page = readFileSync(PAGE, 'utf8');
  const [before, , after] = page.split(/(?<=<!-- measured -->\n)([\s\S]*?)(?=<!-- \/measured -->)/);
  await writeAtomically(PAGE, `${before}${table}\n${after}`);
}
