// Measures a fit on more patches than memory should hold: draws a category of large images, fits and evaluates SoftPatch-LOF on it with and
// without a limit, and compares the bytes of bank, weights and scores. Every run is a process of its own, so that its peak memory is its own.
//   node scripts/measure-scale.mjs --images 250 --limits 1GB,none,1GB        a quarter of BTAD's category 03: all must be equal; the first computes features
//   node scripts/measure-scale.mjs --images 1000 --limits 6GB                all of it: 4.1 million patches
// Options: --side 512 (pictures are drawn at --drawn 256 and read at this size), --ratio 0.01, --folder (drawn images and features, 16.8 MB an image at 512 px; kept), --threads. Adds to data/results/scale.json.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { byteCount } from '../build/src/cli/options.js';
import { writeDrawnCategory } from '../build/src/dataset/drawn/write.js';
import { encodePng } from '../build/src/image/codec.js';
import { evaluate, evaluateConfig, openCategory, openLab } from '../build/src/index.js';
import { writeJson } from '../build/src/storage/atomic.js';

const RESULTS = 'data/results/scale.json';
const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '250' },
    limits: { type: 'string', default: 'none,1GB' },
    side: { type: 'string', default: '512' },
    drawn: { type: 'string', default: '256' },
    ratio: { type: 'string', default: '0.01' },
    folder: { type: 'string', default: 'data/scale' },
    threads: { type: 'string', default: '2' },
    engine: { type: 'string', default: 'auto' },
    child: { type: 'string' },
  },
});
const [images, side, ratio, threads] = [values.images, values.side, values.ratio, values.threads].map(Number);
const data = join(values.folder, `${images}x${values.drawn}`);
const cache = join(values.folder, 'cache');
if (values.child) await child(values.child);
else await parent();

async function parent() {
  if (!existsSync(join(data, 'bolt'))) {
    const options = { seed: 0, train: images, good: 20, defective: 10, side: Number(values.drawn) };
    await writeDrawnCategory(
      data,
      'bolt',
      options,
      encodePng,
      (done, total) => done % 50 === 0 && console.error(`drawn ${done} of ${total}`),
    );
  }
  const runs = values.limits.split(',').map(run);
  const equal = runs.every(({ sha256 }) => sha256 === runs[0].sha256);
  const rows = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : [];
  const machine = `${cpus()[0].model.trim()}, ${threads} threads, Node ${process.version}`;
  await writeJson(RESULTS, [...rows, { images, side, ratio, machine, equal, runs }]);
  console.log(equal ? 'all runs gave the same bytes' : 'THE RUNS DIFFER');
  process.exit(equal ? 0 : 1);
}

function run(limit) {
  // Features are shared; everything after them is computed by each run.
  for (const kind of ['weights', 'picks', 'neighbours']) rmSync(join(cache, kind), { recursive: true, force: true });
  const own = process.argv.slice(2);
  const args = [fileURLToPath(import.meta.url), ...own, '--child', limit];
  const { stdout, status } = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) process.exit(status ?? 1);
  const result = JSON.parse(String(stdout));
  console.log(JSON.stringify(result));
  return result;
}

async function child(limit) {
  const notes = [];
  const reporter = {
    stage: (name) => (done, total) => done === total && console.error(`${name}: ${total}`),
    note: (text) => {
      notes.push(text);
      console.error(text);
    },
  };
  const memory = limit === 'none' ? 2 ** 50 : byteCount(limit);
  const lab = await openLab({ cache, memory, threads, engine: values.engine, reporter });
  const category = await openCategory(data, 'bolt');
  const config = evaluateConfig({
    method: 'softpatch-lof',
    settings: { ratio },
    features: {
      backbone: 'resnet18',
      weights: { kind: 'random', seed: 0 },
      preprocessing: { resize: side, crop: side },
    },
    contamination: { noise: 0.02, overlap: true },
  });
  const hash = createHash('sha256');
  let patches = 0;
  const observer = {
    async onFit(fitted) {
      patches = fitted.trace.patchWeights.length;
      for (const [name, { data: values_ }] of Object.entries(await fitted.tensors()))
        hash.update(name).update(new Uint8Array(values_.buffer, values_.byteOffset, values_.byteLength));
    },
  };
  const {
    image,
    pixel,
    timings,
    peakMemoryBytes,
    images: scored,
    cache: counts,
  } = await evaluate(lab, category, config, observer);
  hash.update(JSON.stringify([image, pixel, scored]));
  await lab.close();
  const cpu = process.cpuUsage();
  console.log(
    JSON.stringify({
      limit,
      patches,
      sha256: hash.digest('hex'),
      peakBytes: Math.max(peakMemoryBytes, process.resourceUsage().maxRSS * 1024),
      seconds: timings,
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      features: counts.features,
      image: image.auroc,
      pixel: pixel.auroc,
      notes,
    }),
  );
}
