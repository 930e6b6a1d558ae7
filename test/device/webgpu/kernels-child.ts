import { type Anchors, allAnchors } from '../../../src/coreset/anchors.js';
import { openDevice } from '../../../src/device/open.js';
import { gpuGreedyCoreset } from '../../../src/device/webgpu/greedy.js';
import { gpuIndex } from '../../../src/device/webgpu/search.js';
import { createRandom, type Random } from '../../../src/random.js';

/**
 * Our own GPU kernels against plain loops, over random shapes and buffers cut into several parts; then a device that is lost and one
 * without room in the middle of the work. Prints one JSON value. In a process of its own, since loaders read its environment.
 */
const { device } = await openDevice('webgpu');
const gpu = device.gpu!;
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
  const index = gpuIndex(gpu, { bank, d, k }, cut(d));
  const found = await index.search(queries);
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
const full = await message(() =>
  device.attempt(() => gpuGreedyCoreset({ ...gpu, room: () => gpu.room(2 ** 45) }, z, 16, { count: 256, anchors })),
);
const lost = await message(() => {
  const work = gpuGreedyCoreset(gpu, z, 16, { count: 256, anchors });
  gpu.device.destroy();
  return work;
});
process.stdout.write(`\n${JSON.stringify({ about: device.about, wrong, trips, full, lost })}\n`, () => process.exit(0));
