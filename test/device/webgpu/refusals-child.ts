import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SELECT_ROWS } from '../../../src/coreset/greedy.js';
import { PROJECT } from '../../../src/denoise/projection.js';
import { PATCH_WEIGHTS } from '../../../src/denoise/weights.js';
import { INDEX_NEIGHBOURS } from '../../../src/detector/neighbours.js';
import { openDevice } from '../../../src/device/open.js';
import { deviceCompute } from '../../../src/device/stages.js';
import { isFar, type Rows, rowsHere } from '../../../src/engine/rows.js';
import { type Compute, threadCompute } from '../../../src/engine/stage.js';
import { EXTRACT } from '../../../src/features/extract.js';
import { encodePng } from '../../../src/image/codec.js';
import { gatherRows } from '../../../src/kernels/gather-rows.js';
import { startThreads } from '../../../src/kernels/threads.js';
import { createRandom } from '../../../src/random.js';
import { relativeError } from '../../shared.js';

/**
 * What an evaluation does, over and over, where the driver has no room for some of the buffers asked for, TensorFlow.js' among them, and
 * again where it has. Prints one JSON value. In a process of its own, since loaders read its environment.
 */
const SIDE = 32;
const IMAGES = 3;
const D = 1024;
const random = createRandom(Number(process.argv[2]));
const folder = await mkdtemp(join(tmpdir(), 'softpatch-refusals-'));
const images = await Promise.all(
  Array.from({ length: IMAGES }, async (_, i) => {
    const data = Uint8Array.from({ length: SIDE * SIDE * 3 }, () => random.integer(256));
    const path = join(folder, `${i}.png`);
    await writeFile(path, await encodePng({ width: SIDE, height: SIDE, channels: 3, data }));
    return { path };
  }),
);
const { device } = await openDevice('webgpu');
const driver = device.gpu!.device;
const threads = startThreads(2);
const compute = deviceCompute(device, threads);
const spec = {
  backbone: 'resnet18',
  layers: ['layer1'],
  weights: { kind: 'random', seed: 1 },
  preprocessing: { resize: SIDE, crop: SIDE, filter: 'bilinear' },
} as const;
const projection = Float32Array.from({ length: 16 * D }, () => random.normal());

interface Outcome {
  patches: Float32Array;
  weights: Float32Array;
  picks: Int32Array;
  /** Of both searches. */
  squared: Float32Array[];
  /** Whether patches, projected patches and coreset lay on the GPU. */
  far: boolean[];
}

/** Features, projection, weights, coreset, and two searches. @param given patches in the place of those of the images. */
async function evaluation(own: Compute, given?: Rows): Promise<Outcome> {
  const rows = given ?? (await own.run(EXTRACT, { spec, engine: own.engine, images, mayStay: true })).rows;
  const z = await own.run(PROJECT, { rows, projection, dimensions: D });
  const positions = (isFar(rows) ? rows.count : rows.length / D) / IMAGES;
  const weights = await own.run(PATCH_WEIGHTS, { z, positions, d: 16, options: { discriminator: 'lof', k: 2 } });
  const options = { count: 20, anchors: { kind: 'starts', rows: Int32Array.of(3, 40) } } as const;
  const picks = await own.run(SELECT_ROWS, { z, d: 16, options });
  const bank = isFar(z) ? await z.gather(picks) : gatherRows(z, 16, picks);
  const far = [isFar(rows), isFar(z), isFar(bank)];
  const index = await own.run(INDEX_NEIGHBOURS, { bank, d: 16, k: 1 });
  const squared: Float32Array[] = [];
  for (let search = 0; search < 2; search++) squared.push((await index.search(z)).squared);
  return { patches: await rowsHere(rows), weights, picks, squared, far };
}

const clean = await evaluation(compute);
const expected = await evaluation(threadCompute(threads, 'wasm'), clean.patches);
const wrong: string[] = [];
const check = ({ patches, weights, picks, squared }: Outcome, about: string): void => {
  const errors = {
    patches: relativeError([...patches], [...clean.patches]),
    weights: relativeError([...weights], [...expected.weights]),
    first: relativeError([...squared[0]], [...expected.squared[0]]),
    second: relativeError([...squared[1]], [...expected.squared[1]]),
  };
  for (const [name, error] of Object.entries(errors))
    if (!(error < 1e-4)) wrong.push(`${about}: ${name} differ by ${error}`);
  if (picks.join() !== expected.picks.join()) wrong.push(`${about}: other picks`);
};
check(clean, 'with room');

/** Which buffers the driver has no room for: those asked for from the first to before the last. */
let refused = { from: Number.POSITIVE_INFINITY, to: 0 };
let [asked, refusals] = [0, 0];
const createBuffer = driver.createBuffer.bind(driver);
driver.createBuffer = (wanted) => {
  const own = asked++;
  if (own < refused.from || own >= refused.to) return createBuffer(wanted);
  refusals++;
  // More than the software driver ever has; it looks like what was asked for.
  const none = createBuffer({ ...wanted, size: driver.limits.maxBufferSize });
  return Object.defineProperties(none, { size: { value: wanted.size } });
};
const uncaptured: string[] = [];
driver.addEventListener(
  'uncapturederror',
  (event) => void uncaptured.push((event as GPUUncapturedErrorEvent).error.message),
);

/** An evaluation that finds nothing of an earlier one on the GPU. */
async function crowded(from: number, to: number): Promise<Outcome | Error> {
  compute.release();
  device.gpu!.scopes.doubt!();
  asked = 0;
  refused = { from, to };
  try {
    return await evaluation(compute);
  } catch (error) {
    return error as Error;
  } finally {
    refused = { from: Number.POSITIVE_INFINITY, to: 0 };
  }
}

await crowded(Number.POSITIVE_INFINITY, 0);
const all = asked;
const said = new Set<string>();
let [runs, came] = [0, 0];
for (const [length, tries] of [
  [1, 9],
  [5, 3],
  [all, 2],
]) {
  const step = Math.ceil(all / tries);
  for (let from = random.integer(step); from < all; from += step) {
    const about = `without room for ${length} from ${from} of ${all}`;
    const found = await crowded(from, from + length);
    runs++;
    if (found instanceof Error) {
      said.add(`${found.name}: ${found.message}`);
      // Few buffers are found room for in smaller blocks or by threads.
      if (length === 1) wrong.push(`${about}: ${found.message}`);
    } else {
      came++;
      check(found, about);
    }
    const after = await evaluation(compute).catch((error: Error) => error);
    if (after instanceof Error) {
      wrong.push(`with room again, ${about}: ${after.message}`);
      continue;
    }
    check(after, `with room again, ${about}`);
    if (after.far.includes(false)) wrong.push(`with room again, ${about}: not on the GPU (${after.far.join()})`);
  }
}
await threads.close();
await rm(folder, { recursive: true, force: true });
process.stdout.write(
  `\n${JSON.stringify({ about: device.about, wrong, runs, came, refusals, said: [...said], uncaptured })}\n`,
  () => process.exit(0),
);
