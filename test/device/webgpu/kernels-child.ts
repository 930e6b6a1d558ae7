import { type Anchors, allAnchors } from '../../../src/coreset/anchors.js';
import { DISCRIMINATORS } from '../../../src/denoise/discriminator.js';
import { patchWeights } from '../../../src/denoise/weights.js';
import { openDevice } from '../../../src/device/open.js';
import { gpuEmbedding } from '../../../src/device/webgpu/embedding.js';
import { gatherTiles } from '../../../src/device/webgpu/gather.js';
import type { Gpu } from '../../../src/device/webgpu/gpu.js';
import { gpuGreedyCoreset } from '../../../src/device/webgpu/greedy.js';
import { multiplyTiles } from '../../../src/device/webgpu/product.js';
import { gpuProject } from '../../../src/device/webgpu/project.js';
import { gpuRows } from '../../../src/device/webgpu/rows.js';
import { gpuIndex } from '../../../src/device/webgpu/search.js';
import { layOutTiles, roomForTiles } from '../../../src/device/webgpu/tiles.js';
import { readTiles } from '../../../src/device/webgpu/tiles-home.js';
import { gpuPatchWeights } from '../../../src/device/webgpu/weights.js';
import { rowsHere } from '../../../src/engine/rows.js';
import { createEmbedding, layerMaps } from '../../../src/features/embedding.js';
import { startThreads } from '../../../src/kernels/threads.js';
import { createRandom, type Random } from '../../../src/random.js';

/**
 * Our own GPU kernels against plain loops, over random shapes and buffers cut into several parts; then a device that is lost and one
 * without room in the middle of the work. Prints one JSON value. In a process of its own, since loaders read its environment.
 */
const { device } = await openDevice('webgpu');
const gpu = device.gpu!;
const threads = startThreads(2);
const wrong: string[] = [];
const seed = Number(process.argv[2]);
const random = createRandom(seed);
const drawn = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal() + 1);
/** Bytes of two tiles of d dimensions: the rows of every case lie in several buffers. */
const cut = (d: number): number => 2 * 16 * Math.ceil(d / 4) * 128;

function squared(a: Float32Array, i: number, b: Float32Array, j: number, d: number): number {
  let sum = 0;
  for (let k = 0; k < d; k++) sum += (a[i * d + k] - b[j * d + k]) ** 2;
  return sum;
}

/** The plain loop; whether `picks` follow it, but for rows that are equally far to 10⁻⁵. */
function followsPlain(z: Float32Array, d: number, picks: Int32Array, anchors: Anchors, kept?: Uint8Array): boolean {
  const n = z.length / d;
  const mean = (i: number, starts: Int32Array): number =>
    starts.reduce((sum, start) => sum + Math.sqrt(squared(z, i, z, start, d)), 0) / starts.length;
  const least =
    anchors.kind === 'all'
      ? Float64Array.from(allAnchors(z, n, d), (norm) => norm * norm)
      : Float64Array.from({ length: n }, (_, i) => mean(i, anchors.rows) ** 2);
  return [...picks].every((row, p) => {
    const most = Math.max(...least);
    const right = least[row] >= most * (1 - 1e-5);
    if (p === 0) for (let i = 0; i < n; i++) if (kept?.[i] === 0) least[i] = 0;
    for (let i = 0; i < n; i++) least[i] = Math.min(least[i], squared(z, i, z, row, d));
    return right;
  });
}

async function greedyCase(random: Random): Promise<void> {
  const [n, d] = [260 + random.integer(300), 1 + random.integer(40)];
  const z = drawn(n * d);
  const kept = random.integer(2) ? Uint8Array.from({ length: n }, () => Number(random.integer(6) > 0)) : undefined;
  const anchors: Anchors =
    random.integer(2) === 0 ? { kind: 'all' } : { kind: 'starts', rows: random.distinct(n, 1 + random.integer(10)) };
  const picks = await gpuGreedyCoreset(gpu, z, d, { count: 30, anchors, kept }, {}, cut(d));
  if (!followsPlain(z, d, picks, anchors, kept)) wrong.push(`greedy of ${n} × ${d}, ${anchors.kind}`);
}

async function searchCase(random: Random): Promise<void> {
  const [m, d, q, k] = [
    260 + random.integer(300),
    1 + random.integer(40),
    1 + random.integer(150),
    1 + random.integer(6),
  ];
  const bank = drawn(m * d);
  const queries = drawn(q * d);
  queries.set(bank.subarray(0, d));
  const far = random.integer(2) === 0;
  const index = await gpuIndex(gpu, { bank, d, k }, cut(d));
  const found = await index.search(far ? gpuRows(gpu, layOutTiles(gpu, queries, d, cut(d))) : queries);
  index.free();
  for (let i = 0; i < q; i++) {
    const all = Array.from({ length: m }, (_, row) => squared(queries, i, bank, row, d));
    const nearest = [...all].sort((a, b) => a - b);
    for (let j = 0; j < k; j++) {
      const own = all[found.rows[i * k + j]];
      const close = (value: number): boolean => Math.abs(value - nearest[j]) <= 1e-5 * nearest[j] + 1e-12;
      if (!close(own) || !close(found.squared[i * k + j])) wrong.push(`search of ${q} in ${m} × ${d}, neighbour ${j}`);
    }
  }
}

/** Every discriminator as threads weigh, positions in several blocks. */
async function weightsCase(random: Random): Promise<void> {
  const [images, positions, d] = [2 + random.integer(100), 1 + random.integer(9), 4 * (1 + random.integer(10))];
  const z = drawn(images * positions * d);
  // Near copies of the first image's patches in the second.
  z.copyWithin(positions * d, 0, Math.floor(positions / 2) * d);
  for (const discriminator of DISCRIMINATORS) {
    const options = { discriminator, k: 1 + random.integer(6) };
    const expected = await patchWeights(threads, z, positions, d, options);
    const most = 4 * 2 * Math.max(images * images, images * d, d * d);
    const far = random.integer(2) === 0;
    const given = far ? gpuRows(gpu, layOutTiles(gpu, z, d, cut(d))) : z;
    const found = await gpuPatchWeights(gpu, { z: given, positions, d, options }, {}, most);
    const off = found.findIndex((value, i) => !(Math.abs(value - expected[i]) <= 2e-4 * Math.abs(expected[i])));
    if (off >= 0) {
      wrong.push(
        `${discriminator}, k ${options.k}, ${images} images × ${positions} × ${d}: ${found[off]}, not ${expected[off]}`,
      );
    }
  }
}

/** Rows come home as they were laid out, gathered and multiplied. */
async function rowsCase(random: Random): Promise<void> {
  const [n, d, m] = [260 + random.integer(300), 1 + random.integer(40), 1 + random.integer(150)];
  const about = `rows of ${n} × ${d}, ${m} wanted`;
  const [x, matrix] = [drawn(n * d), drawn(m * d)];
  const tiles = layOutTiles(gpu, x, d, cut(d));
  const home = await readTiles(gpu, tiles);
  if (home.some((value, i) => value !== x[i])) wrong.push(`${about}: home`);
  const wanted = Int32Array.from({ length: m }, () => random.integer(n));
  const gathered = await readTiles(gpu, gatherTiles(gpu, tiles, wanted, cut(d)));
  if (gathered.some((value, i) => value !== x[wanted[Math.floor(i / d)] * d + (i % d)]))
    wrong.push(`${about}: gathered`);
  const product = await readTiles(gpu, multiplyTiles(gpu, tiles, layOutTiles(gpu, matrix, d), cut(m)));
  for (let i = 0; i < n * m; i++) {
    let sum = 0;
    for (let k = 0; k < d; k++) sum += x[Math.floor(i / m) * d + k] * matrix[(i % m) * d + k];
    if (!(Math.abs(product[i] - sum) <= 1e-5 * (1 + Math.abs(sum)))) return void wrong.push(`${about}: product ${i}`);
  }
}

/** Maps of several layers into rows, as threads embed them; a NaN names its image. */
async function embeddingCase(random: Random): Promise<void> {
  const widths = Array.from({ length: 1 + random.integer(3) }, () => 120 + random.integer(200));
  const sides = widths.map((_, l) => Math.max(1, (6 + random.integer(5)) >> l));
  const about = `embedding of ${widths} channels, ${sides} a side`;
  const images = 3;
  const embedding = gpuEmbedding(gpu, layerMaps(widths));
  const tiles = roomForTiles(gpu, images * sides[0] ** 2, 1024, cut(1024));
  const expected: Float32Array[] = [];
  for (let i = 0; i < images; i++) {
    const maps = widths.map((channels, l) => ({
      height: sides[l],
      width: sides[l],
      channels,
      data: drawn(sides[l] ** 2 * channels),
    }));
    expected.push(createEmbedding(layerMaps(widths))(maps));
    if (i === 2) maps.at(-1)!.data[5] = Number.NaN;
    const given = maps.map(({ data, ...shape }) => ({ ...shape, values: gpu.filled(data) }));
    if (i < 2) embedding.embed(given, 1, tiles, i * sides[0] ** 2);
    else {
      const found = await readTiles(gpu, tiles);
      const all = [...expected[0], ...expected[1]];
      if (all.some((value, j) => !(Math.abs(found[j] - value) <= 1e-5 * (1 + Math.abs(value))))) wrong.push(about);
      if ((await embedding.firstBad()) !== null) wrong.push(`${about}: finite values refused`);
      embedding.embed(given, 1, tiles, i * sides[0] ** 2);
      const bad = await embedding.firstBad();
      if (bad !== 2) wrong.push(`${about}: image ${bad} instead of 2 holds a NaN`);
    }
  }
}

/** Equal rows end in row 0, ties go to the lowest. */
async function equalRows(): Promise<void> {
  const z = drawn(300 * 8);
  for (let i = 10; i < 300; i++) z.copyWithin(i * 8, (i % 10) * 8, ((i % 10) + 1) * 8);
  const anchors: Anchors = { kind: 'starts', rows: Int32Array.of(3) };
  const picks = [...(await gpuGreedyCoreset(gpu, z, 8, { count: 15, anchors }))];
  const once = new Set(picks.slice(0, 9)).size === 9 && picks.slice(0, 9).every((row) => row < 10);
  if (!once || picks.slice(-4).some((row) => row !== 0)) wrong.push(`equal rows: ${picks.join(' ')}`);
}

for (let round = 0; round < 3; round++) {
  await greedyCase(random.fork(`greedy/${round}`));
  await searchCase(random.fork(`search/${round}`));
  await rowsCase(random.fork(`rows/${round}`));
  await weightsCase(random.fork(`weights/${round}`));
  await embeddingCase(random.fork(`embedding/${round}`));
}
await equalRows();
const before = { ...gpu.traffic };
const z = drawn(600 * 16);
const anchors: Anchors = { kind: 'starts', rows: Int32Array.of(3) };
await gpuGreedyCoreset(gpu, z, 16, { count: 256, anchors });
const trips = gpu.traffic.trips - before.trips;

const message = (work: () => Promise<unknown>): Promise<string> =>
  work().then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  );
// More than the device may give is refused by it, not thrown at us.
const greedy = { count: 256, anchors };
const weighing = { z, positions: 6, d: 16, options: { discriminator: 'lof', k: 3 } } as const;
const projection = drawn(8 * 16);
const projected = async (on: Gpu): Promise<Float32Array> =>
  rowsHere((await gpuProject(on, { rows: z, projection, dimensions: 16 }))!);
const side = 10;
const map = drawn(side * side * 150);
const embedded = (on: Gpu): Promise<number | null> => {
  const embedding = gpuEmbedding(on, layerMaps([150]));
  const given = { values: on.filled(map), height: side, width: side, channels: 150 };
  embedding.embed([given], 1, roomForTiles(on, side * side, 1024), 0);
  return embedding.firstBad();
};
const crowded = { ...gpu, room: () => gpu.room(2 ** 45) };
const full = [
  await message(() => device.attempt(() => gpuGreedyCoreset(crowded, z, 16, greedy))),
  await message(() => device.attempt(async () => (await gpuIndex(crowded, { bank: z, d: 16, k: 1 })).search(z))),
  await message(() => device.attempt(() => gpuPatchWeights(crowded, weighing))),
  await message(() => device.attempt(async () => readTiles(gpu, roomForTiles(crowded, 600, 16)))),
  await message(() => device.attempt(() => projected(crowded))),
  await message(() => device.attempt(() => embedded(crowded))),
];
const index = await gpuIndex(gpu, { bank: z, d: 16, k: 1 });
const tiles = layOutTiles(gpu, z, 16);
const works = [
  () => gpuGreedyCoreset(gpu, z, 16, greedy),
  () => index.search(z),
  () => gpuPatchWeights(gpu, weighing),
  () => readTiles(gpu, tiles),
  () => projected(gpu),
  () => embedded(gpu),
].map((work) => message(work));
gpu.device.destroy();
const lost = await Promise.all(works);
await threads.close();
process.stdout.write(`\n${JSON.stringify({ about: device.about, wrong, trips, full, lost })}\n`, () => process.exit(0));
