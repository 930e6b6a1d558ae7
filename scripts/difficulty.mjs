// Measures how the knobs of drawn categories (docs/drawn.md) part the methods: image and pixel AUROC at r = 0.1 with overlap, random weights,
// each seed with pictures, noise and network of its own. Writes data/results/difficulty.json and the table of docs/drawn.md; what is measured is not measured again.
//   node scripts/difficulty.mjs [--seeds 10] [--only NAME…]
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodePng, evaluate, evaluateConfig, openCategory, openLab, writeDrawnCategory } from 'softpatch-lab';
import { HARD } from '../build/src/dataset/drawn/difficulty.js';
import { writeJson } from '../build/src/storage/atomic.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    only: { type: 'string', multiple: true },
  },
});
const FILE = 'data/results/difficulty.json';
const PAGE = 'docs/drawn.md';
const SIZE = { train: 40, good: 16, defective: 6 };
const SIDE = 128;
const NOISE = 0.1;
/** Category and knobs of each set, by its name. */
const SETS = {
  'bracket, plain': ['bracket', {}],
  'bracket, faint defects': ['bracket', { contrast: 0.3 }],
  'bracket, shifted and turned': ['bracket', { shift: 0.04, turn: 12 }],
  'bracket, changing light': ['bracket', { light: 0.2 }],
  'bracket, natural outliers': ['bracket', { outliers: 0.4 }],
  'bracket, alike defects': ['bracket', { alike: 0.8 }],
  'bracket, hard': ['bracket', HARD],
  leather: ['leather', {}],
};
const METHODS = { patchcore: {}, 'softpatch-lof': {}, witness: { doubt: 'always', level: 1 } };

const found = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : { results: [] };
const temporary = mkdtempSync(join(tmpdir(), 'softpatch-difficulty-'));
const lab = await openLab({ engine: 'wasm', cache: join(temporary, 'cache') });
for (let seed = 0; seed < Number(values.seeds); seed++) {
  for (const [set, [category, difficulty]] of Object.entries(SETS)) {
    if (values.only && !values.only.some((part) => set.includes(part))) continue;
    const isMissing = (method) =>
      !found.results.some((row) => row.set === set && row.seed === seed && row.method === method);
    const missing = Object.entries(METHODS).filter(([method]) => isMissing(method));
    if (missing.length === 0) continue;
    const root = join(temporary, 'data');
    await writeDrawnCategory(root, category, { seed, ...SIZE, difficulty }, encodePng);
    const drawn = await openCategory(root, category);
    for (const [method, settings] of missing) {
      const config = evaluateConfig({
        method,
        settings,
        features: {
          backbone: 'resnet18',
          weights: { kind: 'random', seed },
          preprocessing: { resize: SIDE, crop: SIDE },
        },
        contamination: { noise: NOISE, overlap: true },
        seed,
      });
      const { image, pixel } = await evaluate(lab, drawn, config);
      found.results.push({ set, seed, method, image: image.auroc, pixel: pixel.auroc });
      console.log(set, seed, method, image.auroc?.toFixed(3), pixel.auroc?.toFixed(3));
    }
    rmSync(root, { recursive: true });
    await writeJson(FILE, { noise: NOISE, side: SIDE, size: SIZE, sets: SETS, methods: METHODS, ...found });
  }
}
await lab.close();
rmSync(temporary, { recursive: true });

/** `.576 ±.040` over the seeds of a set and method. */
function figure(set, method, level) {
  const own = found.results.filter((row) => row.set === set && row.method === method).map((row) => row[level]);
  if (own.length === 0) return '–';
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
  const deviation = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (own.length - 1));
  const short = (value) => value.toFixed(3).replace(/^0/, '');
  return own.length > 1 ? `${short(mean)} ±${short(deviation)}` : short(mean);
}
const measured = Object.keys(SETS).filter((set) => found.results.some((row) => row.set === set));
const rows = measured.map((set) => {
  const seeds = new Set(found.results.filter((row) => row.set === set).map((row) => row.seed)).size;
  const cells = Object.keys(METHODS).flatMap((method) => [figure(set, method, 'image'), figure(set, method, 'pixel')]);
  return `| ${set} | ${seeds} | ${cells.join(' | ')} |`;
});
const heads = Object.keys(METHODS).flatMap((method) => [`${method}: image`, 'pixel']);
const table = [`| set | seeds | ${heads.join(' | ')} |`, `| --- | ---${' | ---'.repeat(heads.length)} |`, ...rows].join(
  '\n',
);
const page = readFileSync(PAGE, 'utf8');
writeFileSync(PAGE, page.replace(/(<!-- difficulty -->\n)[\s\S]*(<!-- \/difficulty -->)/, `$1\n${table}\n\n$2`));
