// npm run bench -- --engine NAME…: every stage and a whole evaluation on engines that run here, with the host's waits and what moved,
// beside the threads' exact kernels in the same run. Each
// engine in a process of its own; --small for software drivers. Nothing is written but the table.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom, openLab } from 'softpatch-lab';
import { sharedFloats, startRows } from 'softpatch-lab/kernels';
import { SELECT_ROWS } from '../build/src/coreset/greedy.js';
import { PROJECT } from '../build/src/denoise/projection.js';
import { PATCH_WEIGHTS } from '../build/src/denoise/weights.js';
import { nearestOthers } from '../build/src/detector/nearest-others.js';
import { INDEX_NEIGHBOURS } from '../build/src/detector/neighbours.js';
import { GAUSSIANS } from '../build/src/detector/padim-stage.js';
import { trafficOf } from '../build/src/device/traffic.js';
import { isDevice } from '../build/src/engine/names.js';
import { rowsHere } from '../build/src/engine/rows.js';
import { loadTensorFlow } from '../build/src/engine/tensorflow.js';
import { EXTRACT } from '../build/src/features/extract.js';

const SELF = fileURLToPath(import.meta.url);
const UNIT = {
  network: 'images/s',
  projection: 'GFLOP/s',
  search: 'GFLOP/s',
  'search of groups': 's',
  greedy: 's',
  'weights by LOF': 's',
  gaussians: 's',
  'whole job': 's',
};

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
function rows(n, d, seed) {
  const random = createRandom(seed);
  const values = sharedFloats(n * d);
  for (let i = 0; i < values.length; i++) values[i] = random.normal() + (Math.floor(i / d) % 7);
  return values;
}

/** Stages on one engine; drawn data of the real stages' shapes. With seconds, what one run of each stage moves. */
async function measure(engine, small) {
  const lab = await openLab({ engine: engine === 'threads' ? 'onnx' : engine });
  const { compute } = lab;
  const traffic = isDevice(compute.engine) ? trafficOf((await loadTensorFlow(engine)).backend()) : null;
  const moved = {};
  /** Times work of one stage, and counts waits and bytes of its last run. */
  const timed = async (stage, work, runs = 3) => {
    await work();
    const times = [];
    for (let i = 0; i < runs; i++) {
      const before = { ...traffic };
      const begin = performance.now();
      await work();
      times.push((performance.now() - begin) / 1000);
      for (const key of Object.keys(before)) before[key] = traffic[key] - before[key];
      if (traffic) moved[stage] = before;
    }
    return median(times);
  };
  const share = small ? 16 : 1;
  const result = { moved, network: await networkSpeed(compute, small, timed) };
  if (isDevice(compute.engine) || engine === 'threads') {
    const [n, m, q] = [20_000, 5_000, 784].map((size) => Math.floor(size / share));
    const wide = rows(n, 1024, 1);
    const weights = rows(128, 1024, 2);
    result.projection =
      (2e-9 * n * 1024 * 128) /
      (await timed('projection', async () =>
        rowsHere(await compute.run(PROJECT, { rows: wide, projection: weights, dimensions: 1024 })),
      ));
    const queries = rows(q, 1024, 3);
    const index = await compute.run(INDEX_NEIGHBOURS, { bank: wide.subarray(0, m * 1024), d: 1024, k: 1 });
    result.search = (2e-9 * m * 1024 * q) / (await timed('search', () => index.search(queries)));
    result['search of groups'] = await timed('search of groups', await imagesCompared(lab, small), 1);
    const z = rows(n, 128, 4);
    const anchors = startRows(createRandom(1), n);
    result.greedy = await timed(
      'greedy',
      () => compute.run(SELECT_ROWS, { z, d: 128, options: { count: Math.floor(n / 20), anchors } }),
      1,
    );
    const positions = 24 / (small ? 6 : 1);
    const images = 352 / (small ? 4 : 1);
    const patches = rows(positions * images, 128, 5);
    result['weights by LOF'] = await timed('weights by LOF', () =>
      compute.run(PATCH_WEIGHTS, { z: patches, positions, d: 128, options: { discriminator: 'lof', k: 5 } }),
    );
    result.gaussians = await timed('gaussians', () => gaussians(compute, images), 1);
    result['whole job'] = await wholeJob(lab, small, timed);
  }
  await lab.close();
  return result;
}

/**
 * Every patch of drawn images against the coreset rows of all other images, five nearest of them: what `witness` judges by. Patches are
 * projected first, so that they lie on a device where that keeps them.
 */
async function imagesCompared({ compute }, small) {
  const [images, positions] = small ? [12, 32] : [100, 196];
  const n = images * positions;
  const projection = rows(1024, 1024, 8);
  const patches = await compute.run(PROJECT, { rows: rows(n, 1024, 7), projection, dimensions: 1024 });
  const picks = createRandom(3).distinct(n, Math.floor(n / 10));
  const groups = Int32Array.from({ length: images }, (_, i) => i);
  const job = { rows: patches, d: 1024, positions, picks, groups, m: 5 };
  return () => nearestOthers(compute, job);
}

/** Fits 64 Gaussians over 100 channels. */
async function gaussians(compute, images) {
  const channels = [...Array(100).keys()];
  const layout = { maps: [{ layer: 'layer1', side: 8, channels, offset: 0 }], length: 6400 };
  const fitted = { mean: sharedFloats(6400), lower: sharedFloats(64 * 5050) };
  await compute.run(GAUSSIANS, { kind: 'fit', values: rows(images, 6400, 6), images, layout, gaussians: fitted });
}

/** Contaminate, fit SoftPatch-LOF at ρ = 0.1, measure: a drawn category, nothing remembered. */
async function wholeJob(lab, small, timed) {
  const { encodePng, evaluate, evaluateConfig, openCategory, writeDrawnCategory } = await import('softpatch-lab');
  const folder = await mkdtemp(join(tmpdir(), 'softpatch-bench-'));
  const crop = small ? 64 : 224;
  try {
    const counts = small ? { train: 6, good: 2, defective: 2 } : { train: 96, good: 24, defective: 24 };
    await writeDrawnCategory(folder, 'bracket', { seed: 1, ...counts }, encodePng);
    const category = await openCategory(folder, 'bracket');
    const config = evaluateConfig({
      method: 'softpatch-lof',
      features: { weights: { kind: 'random', seed: 1 }, preprocessing: { resize: crop, crop } },
      settings: { ratio: 0.1 },
      contamination: { noise: 0.1, overlap: true },
    });
    return await timed('whole job', () => evaluate(lab, category, config), 1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Images a second of the whole machine or device, decoding included. */
async function networkSpeed(compute, small, timed) {
  const { writeDrawnCategory, encodePng } = await import('softpatch-lab');
  const folder = await mkdtemp(join(tmpdir(), 'softpatch-bench-'));
  const crop = small ? 64 : 224;
  try {
    await writeDrawnCategory(folder, 'bracket', { seed: 1, train: small ? 2 : 64, good: 1, defective: 1 }, encodePng);
    const train = join(folder, 'bracket/train/good');
    const images = (await readdir(train)).map((name) => ({ path: join(train, name) }));
    const spec = {
      backbone: 'resnet18',
      layers: ['layer2', 'layer3'],
      weights: { kind: 'random', seed: 1 },
      preprocessing: { resize: crop, crop, filter: 'bilinear' },
    };
    return (
      images.length / (await timed('network', () => compute.run(EXTRACT, { spec, engine: compute.engine, images }), 1))
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Prints engines beside the threads. */
export function benchEngines(names, small) {
  const results = ['threads', ...names].map((engine) => {
    const args = [SELF, engine, ...(small ? ['--small'] : [])];
    const output = execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    return { engine, ...JSON.parse(output.trim().split('\n').at(-1)) };
  });
  const [threads] = results;
  for (const [stage, unit] of Object.entries(UNIT)) {
    console.log(`\n${stage} (${unit})`);
    for (const { engine, moved, [stage]: value } of results) {
      if (value === undefined) continue;
      const ratio = unit === 's' ? threads[stage] / value : value / threads[stage];
      const own = moved[stage];
      const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
      const there = own ? `, ${own.trips} waits, ${megabytes(own.up)} MB there, ${megabytes(own.down)} MB back` : '';
      console.log(
        `  ${engine.padEnd(16)}${value.toPrecision(3).padStart(10)}   ${ratio.toFixed(2)} × the threads${there}`,
      );
    }
  }
}

if (process.argv[1] === SELF)
  console.log(JSON.stringify(await measure(process.argv[2], process.argv.includes('--small'))));
