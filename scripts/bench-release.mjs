// One release under comparison (bench-against.mjs): node scripts/bench-release.mjs ROOT DATA. It imports the built release in ROOT, whichever
// of its entries there are, and runs a stage for each message, on the inputs in DATA: { stage } → { seconds, cpu, result } or { missing }.
// A result is a hash of all bytes, or, of the whole evaluation, its scores and metrics: that one goes through the command line, which keeps
// its form from release to release.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

const [root, data] = process.argv.slice(2);
const at = (path) => join(resolve(root), 'build/src', path);
const load = async (path) => (existsSync(at(path)) ? import(pathToFileURL(at(path)).href) : {});
const library = { ...(await load('index.js')), ...(await load('numeric.js')) };
const { nearestOthers } = await load('detector/nearest-others.js');
const { collectPixels } = await load('metrics/pixel.js');
const sizes = JSON.parse(readFileSync(join(data, 'sizes.json'), 'utf8'));
const { threadCompute } = await load('engine/stage.js');
const threads = library.startThreads();

const bytes = (name) => {
  const file = readFileSync(join(data, name));
  const shared = new SharedArrayBuffer(file.length);
  new Uint8Array(shared).set(file);
  return shared;
};
const known = new Map();
const read = (name, type = Float32Array) => {
  if (!known.has(name)) known.set(name, new type(bytes(name)));
  return known.get(name);
};
const hash = (...arrays) => {
  const sum = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of arrays) sum.update(new Uint8Array(buffer, byteOffset, byteLength));
  return sum.digest('hex');
};

const STAGES = {
  coreset: library.greedyCoreset && {
    inputs: () => [read('projected')],
    async run(z) {
      const anchors = { kind: 'starts', rows: Int32Array.from({ length: 10 }, (_, i) => i * 97) };
      return hash(await library.greedyCoreset(threads, z, 128, { count: sizes.picks, anchors }));
    },
  },
  weights: library.patchWeights && {
    inputs: () => [read('weighed')],
    run: async (z) =>
      hash(await library.patchWeights(threads, z, sizes.positions, 128, { discriminator: 'lof', k: 6 })),
  },
  search: library.indexNeighbours && {
    inputs: () => [read('bank'), read('queries')],
    async run(bank, queries) {
      const { rows, squared } = await (await library.indexNeighbours(threads, bank, 1024, 1)).search(queries);
      return hash(rows, squared);
    },
  },
  others: nearestOthers &&
    threadCompute && {
      inputs: () => [read('queries')],
      async run(rows) {
        const groups = Int32Array.from({ length: sizes.groups }, (_, i) => i);
        const n = rows.length / 1024;
        const picks = Int32Array.from({ length: Math.floor(n / 5) }, (_, i) => 5 * i);
        const job = { rows, d: 1024, positions: n / sizes.groups, picks, groups, m: 5 };
        const { patches, squared } = await nearestOthers(threadCompute(threads, 'onnx'), job);
        return hash(patches, squared);
      },
    },
  pixels: collectPixels && {
    inputs: () => [read('maps'), read('masks', Uint8Array)],
    async run(maps, masks) {
      const pixels = collectPixels(sizes.side);
      const area = sizes.side ** 2;
      for (let i = 0; i < maps.length / area; i++) {
        const mask = masks.subarray(i * area, (i + 1) * area);
        pixels.add(maps.subarray(i * area, (i + 1) * area), mask.includes(1) ? mask : null);
      }
      return JSON.stringify(pixels.metrics());
    },
  },
};

/** Writes the processors' seconds of the process that imports it. */
const COUNT = `data:text/javascript,import { writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync(process.env.SOFTPATCH_CPU, String(process.cpuUsage().user / 1e6)));`;

/** The whole job in a process of its own: result and seconds as it states them, start and end left out. */
async function evaluateWhole() {
  const { folder, category, weights, manifest, ratio } = sizes.job;
  const [json, cpu] = ['json', 'cpu'].map((name) => join(data, `${name}-${process.pid}`));
  const words = `evaluate --method softpatch-lof --noise 0.1 --overlap --no-cache --engine onnx --ratio ${ratio}`.split(
    ' ',
  );
  words.push('--data', folder, '--category', category, '--weights', weights ?? 'random', '--json', json);
  if (manifest) words.push('--noise-manifest', manifest);
  const child = spawn(process.execPath, ['--import', COUNT.replaceAll('\n', ' '), at('cli/main.js'), ...words], {
    cwd: data,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, SOFTPATCH_CPU: cpu },
  });
  running = child;
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const code = await new Promise((done) => child.once('exit', done));
  if (code !== 0) throw new Error(`${words.join(' ')}: ${code}\n${said}`);
  const { image, pixel, images, timings } = JSON.parse(readFileSync(json, 'utf8'));
  const result = { image, pixel, scores: images.map(({ score }) => score), timings };
  return { seconds: timings.total, cpu: Number(readFileSync(cpu, 'utf8')), result };
}
let running;

process.on('message', async ({ stage }) => {
  try {
    if (stage === 'evaluate') return process.send(await evaluateWhole());
    const own = STAGES[stage];
    if (!own) return process.send({ missing: true });
    const inputs = own.inputs();
    const [begin, before] = [performance.now(), process.cpuUsage()];
    const result = await own.run(...inputs);
    const seconds = (performance.now() - begin) / 1000;
    const { user } = process.cpuUsage(before);
    process.send({ seconds, cpu: user / 1e6, result });
  } catch (error) {
    process.send({ failed: String(error.stack ?? error) });
  }
});
// Its parent gone, whatever the way, there is nothing left to do.
process.on('disconnect', () => {
  running?.kill();
  process.exit();
});
process.send({ ready: true });
