// npm run bench [-- --growth | --engine NAME… [--small] | --against REV [--runs N] [--small] [--out FILE]]:
// every stage against a plain baseline and the machine's limits, in one run; or against an earlier commit.
// Medians of interleaved runs on generated data of real shape; stages of the real screw job when SOFTPATCH_SHARED has it.
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { createRandom, evaluate, evaluateConfig, openCategory, openLab, readManifest, resample } from 'softpatch-lab';
import { growthChart, renderChart, renderPng } from 'softpatch-lab/figures';
import { greedyCoreset, indexNeighbours, multiplyTransposed, patchWeights, sharedFloats } from 'softpatch-lab/kernels';
import { CONDITION } from '../build/src/detector/cflow/condition.js';
import { createOnnxTrainer } from '../build/src/detector/cflow/onnx-trainer.js';
import { drawMixing, freshParameters, parameterCount } from '../build/src/detector/cflow/parameters.js';
import { createTrainer } from '../build/src/detector/cflow/trainer.js';
import { importOnnxRuntime } from '../build/src/engine/onnx.js';
import { loadTensorFlow } from '../build/src/engine/tensorflow.js';
import { createEmbedder } from '../build/src/features/embedder.js';
import { writeAtomically, writeJson } from '../build/src/storage/atomic.js';
import { plainEmbedding, plainGreedy, plainLof, plainNearest } from './bench-baselines.mjs';
import { benchEngines } from './bench-engines.mjs';
import { drawPatches, median } from './bench-inputs.mjs';

const engines = process.argv.indexOf('--engine');
if (engines > 0) {
  const names = process.argv.slice(engines + 1).filter((name) => !name.startsWith('--'));
  benchEngines(names, process.argv.includes('--small'));
  process.exit();
}

if (process.argv.includes('--against')) {
  const { benchAgainst } = await import('./bench-against.mjs');
  const after = (flag) => process.argv[process.argv.indexOf(flag) + 1];
  const runs = process.argv.includes('--runs') ? Number(after('--runs')) : 3;
  const out = process.argv.includes('--out') ? after('--out') : undefined;
  await benchAgainst(after('--against'), { runs, small: process.argv.includes('--small'), out });
  process.exit();
}

const lab = await openLab({ engine: 'onnx' });
const { threads } = lab;
const random = createRandom(1);
const seconds = async (work) => {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
};
/** Interleaved runs after a warm-up: drift of the machine hits both alike. */
async function compare(ours, plain, runs = 3) {
  await ours();
  const times = { ours: [], plain: [] };
  for (let i = 0; i < runs; i++) {
    times.ours.push(await seconds(ours));
    if (plain) times.plain.push(await seconds(plain));
  }
  return { ours: median(times.ours), plain: plain ? median(times.plain) : null };
}

const patches = (n, d) => drawPatches(random, n, d, sharedFloats(n * d));

const rows = [];
const add = (stage, unit, ours, plain, work = {}) => {
  rows.push({ stage, unit, ours, plain, ratio: plain === null ? null : plain / ours, ...work });
  console.error(`${stage}: ${ours.toPrecision(3)} ${unit}${plain === null ? '' : `, plain ${plain.toPrecision(3)}`}`);
};

// The machine's limits, in this run.
const [a, b] = [patches(2048, 1024), patches(2048, 1024)];
const product = await compare(() => multiplyTransposed(threads, a, b, 1024), null);
const gflops = (2 * 2048 * 2048 * 1024) / product.ours / 1e9;
const source = new Float32Array(64e6);
const target = new Float32Array(64e6);
const copy = await compare(() => target.set(source), null, 5);
const bandwidth = (2 * 256e6) / copy.ours / 1e9;
add('matrix product', 'GFLOP/s', gflops, null);
add('memory copy', 'GB/s', bandwidth, null);

// Image and network.
const picture = {
  width: 1024,
  height: 1024,
  channels: 3,
  data: Uint8Array.from({ length: 1024 * 1024 * 3 }, () => random.integer(256)),
};
const resize = await compare(() => resample(picture, 256, 256), null, 5);
add('resize 1024² → 256²', 'ms an image', resize.ours * 1e3, null);
const input = Float32Array.from({ length: 224 * 224 * 3 }, () => random.normal());
const spec = {
  backbone: 'resnet18',
  layers: ['layer2', 'layer3'],
  weights: { kind: 'random', seed: 0 },
  preprocessing: { resize: 256, crop: 224, filter: 'bilinear' },
};
const [onnx, tfjs] = [await createEmbedder(spec, 'onnx'), await createEmbedder(spec, 'wasm')];
const forward = await compare(
  () => onnx.forward(input, 224),
  () => tfjs.forward(input, 224),
  5,
);
add(
  'ResNet18 to layer 3, one core (plain: TensorFlow.js wasm)',
  'ms an image',
  forward.ours * 1e3,
  forward.plain * 1e3,
);
const maps = await onnx.forward(input, 224);
const embedding = await compare(
  () => onnx.embed(maps),
  () => plainEmbedding(maps),
  3,
);
add('patch embedding, one core (plain: unfold and pool)', 'ms an image', embedding.ours * 1e3, embedding.plain * 1e3);

// Weighting: 24 positions of 352 images.
const z24 = patches(352 * 24, 128);
const lof = await compare(
  () => patchWeights(threads, z24, 24, 128, { discriminator: 'lof', k: 5 }),
  () => plainLof(z24, 352, 24, 128, 5),
);
add('LOF (plain: full sorts)', 'ms a position', (lof.ours / 24) * 1e3, (lof.plain / 24) * 1e3);
const gaussian = await compare(() => patchWeights(threads, z24, 24, 128, { discriminator: 'gaussian', k: 0 }), null);
add('gaussian', 'ms a position', (gaussian.ours / 24) * 1e3, null);

// Coreset: 40,000 × 128, 2,000 picks.
const z = patches(40_000, 128);
const anchors = { kind: 'starts', rows: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10) };
const greedy = await compare(
  () => greedyCoreset(threads, z, 128, { count: 2000, anchors }),
  () => plainGreedy(z, 128, 500, anchors.rows),
  3,
);
add(
  'greedy coreset, 40,000 rows (plain: 500 picks of the loop)',
  'ms a pick',
  greedy.ours / 2,
  (greedy.plain / 500) * 1e3,
);

// Search: 10,000 queries in 10,000 rows of 1,024.
const [bank, queries] = [patches(10_000, 1024), patches(10_000, 1024)];
const search = await compare(
  async () => (await indexNeighbours(threads, bank, 1024, 1)).search(queries),
  () => plainNearest(bank, queries.subarray(0, 50 * 1024), 1024),
  3,
);
add(
  'nearest of 10,000 rows, index included (plain: loops)',
  'µs a query',
  search.ours * 100,
  (search.plain / 50) * 1e6,
);
const brute = await compare(() => multiplyTransposed(threads, queries, bank, 1024), null);
add('the same by matrix product alone, no selection', 'µs a query', brute.ours * 100, null);

// CFLOW: a training step of the `small` profile's layers.
const fibre = 256;
for (const [layer, channels] of [
  ['layer 2', 128],
  ['layer 3', 256],
]) {
  const shape = { channels, blocks: 4 };
  const mixing = drawMixing(shape, 'permutation', random);
  const fresh = () => {
    const parameters = freshParameters(shape, random, new Float32Array(parameterCount(shape)));
    return { parameters, first: parameters.map(() => 0), second: parameters.map(() => 0), steps: 0 };
  };
  const trainer = await createOnnxTrainer(await importOnnxRuntime(), shape, mixing, fresh(), 1);
  const library = createTrainer(await loadTensorFlow(), shape, mixing, fresh());
  // onnxruntime refuses shared memory.
  const [vectors, codes] = [patches(fibre, channels), patches(fibre, CONDITION)].map((own) => new Float32Array(own));
  const step = await compare(
    () => trainer.step(vectors, codes, 1e-4),
    async () => {
      await library.step(vectors, codes, 1e-4);
      await library.settle();
    },
    15,
  );
  const name = `CFLOW training, ${layer}, one core (plain: TensorFlow.js wasm)`;
  add(name, 'ms a step of 256 vectors', step.ours * 1e3, step.plain * 1e3);
  await trainer.dispose();
  await library.dispose();
}

const result = {
  machine: { cpu: cpus()[0].model, threads: availableParallelism(), node: process.version, gflops, bandwidth },
  rows,
};

const shared = process.env.SOFTPATCH_SHARED ?? '../shared';
const weights = join(shared, 'weights/resnet18.safetensors');
if (existsSync(join(shared, 'datasets/mvtec/screw')) && existsSync(weights)) {
  const category = await openCategory(join(shared, 'datasets/mvtec'), 'screw');
  const manifest = await readManifest(join(shared, 'golden/noise-screw-0.1.json'));
  const features = { ...spec, weights: { kind: 'file', path: weights } };
  const config = evaluateConfig({
    method: 'softpatch-lof',
    profile: 'release',
    features,
    contamination: { noise: 0.1, overlap: true, manifest },
  });
  const { timings } = await evaluate(lab, category, config);
  result.screw = { timings };
  // The authors' code on 2 cores, PyTorch 1.13 + OpenBLAS + faiss 1.7.3, same job.
  const authors = { 'network and embedding': 0.099 * 512, denoise: 8.3, coreset: 0.083 * 27596, search: 51 };
  const ours = { 'network and embedding': timings.forward + timings.embed, ...timings };
  result.authors = Object.entries(authors).map(([stage, theirs]) => ({
    stage,
    ours: ours[stage],
    theirs,
    ratio: theirs / ours[stage],
  }));
}

if (process.argv.includes('--growth')) {
  result.growth = [];
  for (const n of [25_000, 50_000, 100_000, 200_000, 350_000]) {
    const own = patches(n, 128);
    const positions = 784;
    const images = Math.floor(n / positions);
    const whole = own.subarray(0, images * positions * 128);
    const count = Math.trunc(n / 10);
    const coreset = await seconds(() => greedyCoreset(threads, own, 128, { count, anchors }));
    result.growth.push({ stage: 'greedy coreset, ρ = 0.1', patches: n, seconds: coreset });
    const denoise = await seconds(() => patchWeights(threads, whole, positions, 128, { discriminator: 'lof', k: 5 }));
    result.growth.push({ stage: 'LOF', patches: n, seconds: denoise });
    const memory = patches(count, 1024);
    const test = patches(20 * positions, 1024);
    const found = await seconds(async () => (await indexNeighbours(threads, memory, 1024, 1)).search(test));
    result.growth.push({ stage: 'search, 20 images', patches: n, seconds: found });
    console.error(
      `${n} patches: coreset ${coreset.toFixed(2)} s, LOF ${denoise.toFixed(2)} s, search ${found.toFixed(2)} s`,
    );
  }
  const svg = await renderChart(growthChart(result.growth));
  await writeAtomically('figures/growth.svg', svg);
  await writeAtomically('figures/growth.png', renderPng(svg, 300 / 72));
}
// A chart drawn before stays with the machine it was measured on.
const before = existsSync('data/results/bench.json') ? JSON.parse(readFileSync('data/results/bench.json', 'utf8')) : {};
const growth = result.growth ?? before.growth;
const growthMachine = result.growth ? result.machine : (before.growthMachine ?? before.machine);
await writeJson('data/results/bench.json', { ...result, ...(growth && { growth, growthMachine }) });
await lab.close();

const line = (cells) => `| ${cells.join(' | ')} |`;
console.log(line(['stage', 'unit', 'ours', 'plain', 'ratio']));
console.log(line(['---', '---', '---', '---', '---']));
for (const { stage, unit, ours, plain, ratio } of rows) {
  console.log(
    line([stage, unit, ours.toPrecision(3), plain?.toPrecision(3) ?? '–', ratio ? `${ratio.toPrecision(3)} ×` : '–']),
  );
}
for (const { stage, ours, theirs, ratio } of result.authors ?? []) {
  console.log(
    line([
      `screw: ${stage} (plain: the authors' code)`,
      's',
      ours.toPrecision(3),
      theirs.toPrecision(3),
      `${ratio.toPrecision(3)} ×`,
    ]),
  );
}
