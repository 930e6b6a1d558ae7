import { type GroupJob, indexGroups } from '../../../src/detector/group-index.js';
import { nearestOthers } from '../../../src/detector/nearest-others.js';
import type { Neighbours } from '../../../src/detector/neighbours.js';
import { OutOfMemory } from '../../../src/device/device.js';
import { openDevice } from '../../../src/device/open.js';
import { deviceCompute } from '../../../src/device/stages.js';
import { gpuGroupIndex } from '../../../src/device/webgpu/group-search.js';
import { gpuRows } from '../../../src/device/webgpu/rows.js';
import { layOutTiles } from '../../../src/device/webgpu/tiles.js';
import { threadCompute } from '../../../src/engine/stage.js';
import { startThreads, type Threads } from '../../../src/kernels/threads.js';
import { createRandom, type Random } from '../../../src/random.js';
import { crowdedGpu } from './crowded-gpu.js';

/**
 * The search of groups on a GPU against a plain loop and the threads' form, over random shapes and buffers cut into several parts; what
 * it moves; then without room, and with the GPU lost. Prints one JSON value. In a process of its own, since loaders read its environment.
 */
const { device } = await openDevice('webgpu');
const gpu = device.gpu!;
const threads = startThreads(2);
const wrong: string[] = [];
const random = createRandom(Number(process.argv[2]));
/** Bytes of two tiles of d dimensions: the rows of every case lie in several buffers. */
const cut = (d: number): number => 2 * 16 * Math.ceil(d / 4) * 128;
const far = (rows: Float32Array, d: number) => gpuRows(gpu, layOutTiles(gpu, rows, d, cut(d)));

function squared(a: Float32Array, i: number, b: Float32Array, j: number, d: number): number {
  let sum = 0;
  for (let k = 0; k < d; k++) sum += (a[i * d + k] - b[j * d + k]) ** 2;
  return sum;
}

/** Distances of the nearest row of each group but the query's own, ascending. */
function plain(queries: Float32Array, q: number, bank: Float32Array, { d, groups }: GroupJob, own?: number): number[] {
  const best = new Map<number, number>();
  for (const [row, group] of groups.entries()) {
    if (group === own) continue;
    best.set(group, Math.min(best.get(group) ?? Number.POSITIVE_INFINITY, squared(queries, q, bank, row, d)));
  }
  return [...best.values()].sort((a, b) => a - b);
}

/** Whether `found` are the nearest of distinct other groups, but for distances that agree to 10⁻⁵. */
function checkFound(
  found: Neighbours,
  queries: Float32Array,
  bank: Float32Array,
  job: GroupJob,
  own: Int32Array | null,
  about: string,
): void {
  const { d, m, groups } = job;
  for (let q = 0; q < queries.length / d; q++) {
    const expected = plain(queries, q, bank, job, own?.[q]);
    const rows = found.rows.subarray(q * m, (q + 1) * m);
    const pictures = [...rows].filter((row) => row >= 0).map((row) => groups[row]);
    if (new Set(pictures).size < pictures.length || (own && pictures.includes(own[q])))
      return void wrong.push(`${about}: query ${q} finds groups ${pictures}, its own is ${own?.[q]}`);
    for (const [j, row] of rows.entries()) {
      const value = found.squared[q * m + j];
      if (j >= expected.length) {
        if (row !== -1 || value !== Number.POSITIVE_INFINITY)
          return void wrong.push(`${about}: query ${q} finds too many`);
        continue;
      }
      const close = (other: number): boolean => Math.abs(other - expected[j]) <= 1e-5 * expected[j] + 1e-12;
      if (row < 0 || !close(value) || !close(squared(queries, q, bank, row, d)))
        return void wrong.push(`${about}: query ${q}, group ${j}: row ${row} at ${value}, not ${expected[j]}`);
    }
  }
}

async function groupCase(random: Random): Promise<void> {
  const d = 16 * (1 + random.integer(4));
  const [n, q, m] = [300 + random.integer(500), 1 + random.integer(300), 1 + random.integer(6)];
  // From groups that fill several tiles to single rows; some numbers are missing.
  const pictures = [2, 7, 40, n][random.integer(4)];
  const groupOf = Int32Array.from({ length: n }, () => 3 * random.integer(pictures) - 5);
  const patches = Float32Array.from({ length: n * d }, (_, i) => random.normal() + (groupOf[Math.floor(i / d)] % 4));
  const picks = random.distinct(n, 260 + random.integer(n - 260));
  const groups = picks.map((pick) => groupOf[pick]);
  const bank = Float32Array.from(
    { length: picks.length * d },
    (_, i) => patches[picks[Math.floor(i / d)] * d + (i % d)],
  );
  const asked = Int32Array.from({ length: q }, () => random.integer(n));
  const queries = Float32Array.from({ length: q * d }, (_, i) => patches[asked[Math.floor(i / d)] * d + (i % d)]);
  const own = random.integer(3) > 0 ? asked.map((patch) => groupOf[patch]) : null;
  const [stays, staysAsked] = [random.integer(2) === 0, random.integer(2) === 0];
  const about = `${q} queries (${staysAsked ? 'far' : 'here'}) in ${picks.length} × ${d} of ${pictures} (${stays ? 'far' : 'here'}), m = ${m}, ${own ? 'own left out' : 'all'}`;
  const job: GroupJob = { bank: stays ? far(patches, d) : patches, d, picks, groups, m };
  const index = await gpuGroupIndex(gpu, job, cut(d));
  const found = await index.search(staysAsked ? far(queries, d) : queries, own);
  checkFound(found, queries, bank, job, own, about);
  const exact = await (await indexGroups(threads, { ...job, bank: patches })).search(queries, own);
  const near = (i: number): boolean =>
    found.squared[i] === exact.squared[i] || Math.abs(found.squared[i] - exact.squared[i]) <= 1e-5 * exact.squared[i];
  if (found.squared.some((_, i) => !near(i))) wrong.push(`${about}: not the threads’ distances`);
  const apart = found.rows.reduce((sum, row, i) => sum + Number(row !== exact.rows[i]), 0);
  // Only rows that are equally far to rounding may be others.
  if (apart > 0.01 * q * m) wrong.push(`${about}: ${apart} rows differ from the threads’`);
}

/** Of equal rows the lowest patch stands for its image, and equal images come in order: as on threads. */
async function equalRows(): Promise<void> {
  const [images, positions, d] = [40, 9, 16];
  const rows = new Float32Array(images * positions * d).fill(1);
  const picks = Int32Array.from({ length: images * positions }, (_, i) => images * positions - 1 - i);
  const groups = Int32Array.from({ length: images }, (_, i) => i);
  const job = { rows, d, positions, picks, groups, m: 3 };
  const compute = deviceCompute(device, threads);
  const found = await nearestOthers(compute, { ...job, rows: far(rows, d) });
  const expected = await nearestOthers(threadCompute(threads, 'wasm'), job);
  if (found.patches.some((patch, i) => patch !== expected.patches[i]) || found.squared.some((value) => value !== 0))
    wrong.push(`equal rows: ${found.patches.subarray(0, 9)}`);
}

for (let round = 0; round < 6; round++) await groupCase(random.fork(`groups/${round}`));
await equalRows();

// Patches that lie there, every one asked for: what that moves.
const [images, positions, d, m] = [30, 20, 32, 5];
const patches = Float32Array.from({ length: images * positions * d }, () => random.normal());
const own = {
  d,
  positions,
  picks: random.distinct(images * positions, 200),
  groups: Int32Array.from({ length: images }, (_, i) => i),
  m,
};
const there = far(patches, d);
const compute = deviceCompute(device, new Proxy({} as Threads, { get: () => wrong.push('threads were asked') }));
const before = { ...gpu.traffic };
const wanted = await nearestOthers(compute, { rows: there, ...own });
const moved = {
  trips: gpu.traffic.trips - before.trips,
  up: gpu.traffic.up - before.up,
  down: gpu.traffic.down - before.down,
};

const crowded = crowdedGpu(gpu);
const crowdedCompute = deviceCompute({ ...device, gpu: crowded }, threads);
let retried = 0;
for (; crowded.refused < 6; crowded.refused++) {
  crowded.asked = 0;
  // The rows lie on the crowded device: to it, it is the one that they lie on.
  const found = await nearestOthers(crowdedCompute, { rows: gpuRows(crowded, layOutTiles(gpu, patches, d)), ...own });
  if (crowded.asked > crowded.refused) retried++;
  // Tiles of another size round otherwise, so patches that are equally far may change places.
  const far = (i: number): boolean => Math.abs(found.squared[i] - wanted.squared[i]) > 1e-5 * wanted.squared[i];
  if (found.patches.some((patch, i) => patch !== wanted.patches[i] && far(i)))
    wrong.push(`without room ${crowded.refused}: other patches`);
}
const index = await gpuGroupIndex(gpu, {
  bank: there,
  d,
  picks: own.picks,
  groups: own.picks.map((pick) => Math.floor(pick / positions)),
  m,
});
const refusing = await device
  .attempt(() =>
    gpuGroupIndex({ ...gpu, room: () => gpu.room(2 ** 45) }, { bank: patches, d, groups: new Int32Array(600), m }),
  )
  .then(
    () => 'no error',
    (error: Error) => (error instanceof OutOfMemory ? 'OutOfMemory' : String(error)),
  );
const lost = [index.search(there, null), index.search(patches, null)].map((search) =>
  search.then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  ),
);
gpu.device.destroy();
const said = await Promise.all(lost);
await threads.close();
process.stdout.write(
  `\n${JSON.stringify({ about: device.about, wrong, moved, retried, refusing, lost: said })}\n`,
  () => process.exit(0),
);
