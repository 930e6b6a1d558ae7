// Single runs the README quotes, one file each in data/results/measured with the command that gave it; finished ones are kept.
//   node scripts/measure.mjs [NAME…] (SOFTPATCH_SHARED names the folder with data sets and weights; run it on a quiet machine)
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createPreview,
  encodePng,
  evaluateConfig,
  openCategory,
  openLab,
  readManifest,
  writeDrawnCategory,
} from 'softpatch-lab';
import { writeJson } from '../build/src/storage/atomic.js';

const shared = process.env.SOFTPATCH_SHARED ?? '../shared';
const temporary = mkdtempSync(join(tmpdir(), 'softpatch-measure-'));
const PLACES = {
  DATA: join(shared, 'datasets/mvtec'),
  WEIGHTS: join(shared, 'weights/resnet18.safetensors'),
  MANIFEST: join(shared, 'golden/noise-screw-0.1.json'),
  TEMPORARY: temporary,
};

/** Runs a command whose places are named as in {@link PLACES}; its JSON result. */
function softpatch(command) {
  const json = join(temporary, `${Math.random()}.json`);
  const words = command
    .split(' ')
    .map((word) => PLACES[word.split('/')[0]]?.concat(word.replace(/^[A-Z]+/, '')) ?? word);
  const { status } = spawnSync(process.execPath, ['build/src/cli/main.js', ...words, '--json', json], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`softpatch ${command} ended with ${status}`);
  return JSON.parse(readFileSync(json, 'utf8'));
}

const SCREW =
  '--data DATA --category screw --weights WEIGHTS --noise 0.1 --overlap --noise-manifest MANIFEST --ratio 0.1';
const EVALUATE = `evaluate ${SCREW} --method softpatch-lof --no-cache`;
const gigabytes = ({ peakMemoryBytes }) => `${(peakMemoryBytes / 1e9).toFixed(1)} GB`;
const seconds = (value) => `${value.toFixed(value < 10 ? 1 : 0)} s`;
const milliseconds = ({ timings, images }, train) =>
  `${((1000 * (timings.decode + timings.forward + timings.embed)) / (images.length + train)).toFixed(0)} ms`;
const auroc = ({ image, pixel }) => `${image.auroc.toFixed(4)} / ${pixel.auroc.toFixed(4)}`;
const span = (values, digits) =>
  [...new Set([Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits)))].join('–');

const cold = (command) => {
  const result = softpatch(command);
  const train = result.diagnostics.trainImages;
  return {
    'whole run': seconds(result.timings.total),
    'network and embedding, an image': milliseconds(result, train),
    'peak memory': gigabytes(result),
    'image / pixel AUROC': auroc(result),
  };
};

const RUNS = {
  screw: { what: 'SoftPatch-LOF on `screw`', command: EVALUATE, run: cold },
  'screw-wasm': { what: 'the same without onnxruntime', command: `${EVALUATE} --engine wasm`, run: cold },
  'screw-half': {
    what: 'the same with a bank of halves, against singles',
    command: `${EVALUATE} --precision half`,
    run(command) {
      const [half, single] = [softpatch(command), softpatch(EVALUATE)];
      const metrics = ({ image, pixel }) => [image.auroc, image.ap, image.f1max, pixel.auroc, pixel.ap, pixel.aupro];
      const before = metrics(single);
      const moved = metrics(half).map((value, i) => Math.abs(value - before[i]));
      return { 'largest move of a metric': Math.max(...moved).toExponential(0) };
    },
  },
  sweep: {
    what: 'nine τ on `screw`, exact',
    command: `sweep ${SCREW} --method softpatch-lof --taus 0:0.4:0.05 --no-cache --no-record --chart figures/sweep-screw.svg --csv figures/sweep-screw.csv`,
    run(command) {
      const begin = performance.now();
      softpatch(command);
      const whole = (performance.now() - begin) / 1000;
      return { 'whole run': seconds(whole) };
    },
  },
  preview: {
    what: 'preview of the same τ against that sweep',
    command: 'node scripts/measure.mjs preview',
    run: () => preview(),
  },
  hazelnut: {
    what: 'a category of hazelnut’s size (drawn: 391 + 39 training images)',
    command:
      'evaluate --data TEMPORARY/large --category bolt --weights WEIGHTS --noise 0.1 --overlap --ratio 0.1 --method softpatch-lof --no-cache',
    async run(command) {
      const size = { seed: 0, train: 391, good: 40, defective: 20 };
      await writeDrawnCategory(join(temporary, 'large'), 'bolt', size, encodePng);
      return cold(command);
    },
  },
  'padim-wide': {
    what: 'PaDiM, WideResNet50 with random weights, 256 px, 550 channels',
    command:
      'evaluate --data DATA --category screw --backbone wide_resnet50_2 --weights random --noise 0.1 --overlap --noise-manifest MANIFEST --method padim --profile anomalib --no-cache',
    run(command) {
      const result = softpatch(command);
      return {
        fit: seconds(result.timings.fit),
        'whole run': seconds(result.timings.total),
        'peak memory': gigabytes(result),
      };
    },
  },
  nearest: {
    what: 'SoftPatch-nearest on clean `screw` over projection seeds 0–5 (authors: .572 / .984, one draw)',
    command:
      'evaluate --data DATA --category screw --weights WEIGHTS --ratio 0.1 --method softpatch-nearest --profile release',
    run(command) {
      const results = [0, 1, 2, 3, 4, 5].map((seed) => softpatch(`${command} --seed ${seed} --cache TEMPORARY/cache`));
      return {
        'image AUROC': span(
          results.map(({ image }) => image.auroc),
          3,
        ),
        'pixel AUROC': span(
          results.map(({ pixel }) => pixel.auroc),
          4,
        ),
      };
    },
  },
};

/** Compares the preview with the rows the sweep wrote. */
async function preview() {
  const [, ...lines] = readFileSync('figures/sweep-screw.csv', 'utf8').trim().split('\n');
  const exact = lines.map((line) => line.split(',').map(Number));
  const category = await openCategory(PLACES.DATA, 'screw');
  const manifest = await readManifest(PLACES.MANIFEST);
  const contamination = { noise: 0.1, overlap: true, manifest };
  const features = { weights: { kind: 'file', path: PLACES.WEIGHTS } };
  const config = evaluateConfig({ method: 'softpatch-lof', features, contamination, settings: { ratio: 0.1 } });
  const lab = await openLab({ cache: join(temporary, 'preview') });
  try {
    const begin = performance.now();
    const answers = await createPreview(lab, category, config);
    const prepared = (performance.now() - begin) / 1000;
    const points = exact.map(([tau]) => answers.at(tau));
    const off = (metric, column) =>
      Math.max(...points.map((point, i) => Math.abs(point[metric].auroc - exact[i][column]))).toFixed(3);
    return {
      preparation: seconds(prepared),
      'an answer': `${span(
        points.map((point) => point.seconds),
        1,
      )} s`,
      'largest difference, image AUROC': off('image', 3),
      'largest difference, pixel AUROC': off('pixel', 4),
    };
  } finally {
    await lab.close();
  }
}

const wanted = process.argv.slice(2);
const machine = `${cpus()[0].model.trim()}, ${cpus().length} threads, Node ${process.version}`;
try {
  for (const [at, [name, { what, command, run }]] of Object.entries(RUNS).entries()) {
    const path = join('data/results/measured', `${at + 1}-${name}.json`);
    if ((wanted.length > 0 && !wanted.includes(name)) || (wanted.length === 0 && existsSync(path))) continue;
    const figures = await run(command);
    await writeJson(path, { what, command, machine, figures });
    console.log(what, figures);
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
console.log(readdirSync('data/results/measured').join('\n'));
