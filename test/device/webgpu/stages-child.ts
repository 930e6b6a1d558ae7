import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from '../../../src/denoise/projection.js';
import { openDevice } from '../../../src/device/open.js';
import { deviceCompute } from '../../../src/device/stages.js';
import { isFar, rowsHere } from '../../../src/engine/rows.js';
import { type Compute, threadCompute } from '../../../src/engine/stage.js';
import { EXTRACT } from '../../../src/features/extract.js';
import { encodePng } from '../../../src/image/codec.js';
import { startThreads } from '../../../src/kernels/threads.js';
import type { Watch } from '../../../src/progress.js';
import { createRandom } from '../../../src/random.js';
import { relativeError } from '../../shared.js';
import { crowdedGpu } from './crowded-gpu.js';

/**
 * Embedding and projection as stages where the GPU refuses one room after another, then where it is lost between two batches. Prints one
 * JSON value. In a process of its own, since loaders read its environment.
 */
const SIDE = 32;
const random = createRandom(Number(process.argv[2]));
const folder = await mkdtemp(join(tmpdir(), 'softpatch-stages-'));
const paths = await Promise.all(
  [0, 1].map(async (i) => {
    const data = Uint8Array.from({ length: SIDE * SIDE * 3 }, () => random.integer(256));
    const path = join(folder, `${i}.png`);
    await writeFile(path, await encodePng({ width: SIDE, height: SIDE, channels: 3, data }));
    return { path };
  }),
);
const { device } = await openDevice('webgpu');
const gpu = device.gpu!;
const threads = startThreads(2);
const wrong: string[] = [];
const spec = {
  backbone: 'resnet18',
  layers: ['layer1', 'layer2'],
  weights: { kind: 'random', seed: 1 },
  preprocessing: { resize: SIDE, crop: SIDE, filter: 'bilinear' },
} as const;
const extract = (compute: Compute, images: { path: string }[], watch?: Watch) =>
  compute.run(EXTRACT, { spec, engine: compute.engine, images, mayStay: true }, watch);
const drawn = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal());
const job = { rows: drawn(200 * 64), projection: drawn(16 * 64), dimensions: 64 };

const compute = deviceCompute(device, threads);
const staying = (await extract(compute, paths)).rows;
if (!isFar(staying)) wrong.push('patches came home though there is room');
const patches = await rowsHere(staying);
const product = await rowsHere(await threadCompute(threads, 'wasm').run(PROJECT, job));

const crowded = crowdedGpu(gpu);
const crowdedCompute = deviceCompute({ ...device, gpu: crowded }, threads);
const refusals = { embedding: 0, projection: 0 };
const checked = (found: ArrayLike<number>, expected: Float32Array, about: string): void => {
  const error = relativeError([...Array.from(found)], [...expected]);
  if (!(error < 1e-5)) wrong.push(`${about} without room ${crowded.refused} differs by ${error}`);
};
for (; crowded.refused < 3; crowded.refused++) {
  crowded.asked = 0;
  checked(await rowsHere((await extract(crowdedCompute, paths)).rows), patches, 'embedding');
  refusals.embedding += Number(crowded.asked > crowded.refused);
  crowded.asked = 0;
  checked(await rowsHere(await crowdedCompute.run(PROJECT, job)), product, 'projection');
  refusals.projection += Number(crowded.asked > crowded.refused);
}

// Two batches of 32: the GPU is gone after the first.
const many = Array.from({ length: 40 }, (_, i) => paths[i % 2]);
const lost = await extract(compute, many, { progress: () => gpu.device.destroy() }).then(
  () => 'no error',
  (error: Error) => `${error.name}: ${error.message}`,
);
const after = await compute
  .run(PROJECT, job)
  .then(rowsHere)
  .then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  );
await threads.close();
await rm(folder, { recursive: true, force: true });
process.stdout.write(`\n${JSON.stringify({ about: device.about, wrong, refusals, lost: [lost, after] })}\n`, () =>
  process.exit(0),
);
