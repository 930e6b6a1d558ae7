import { type ExtractionJob, storeOf } from '../../features/extract.js';
import { checkFinite } from '../../features/input.js';
import { patchGrid } from '../../features/layers.js';
import { embeddingMaps, patchDimensions } from '../../features/reading.js';
import { type Device, inBlocks, OutOfMemory } from '../device.js';
import { packInputs, type Sink } from '../extract.js';
import { hasRoom } from '../resident.js';
import { type GpuEmbedding, gpuEmbedding } from './embedding.js';
import type { Gpu } from './gpu.js';
import { gpuRows } from './rows.js';
import { roomForTiles, type Tiles } from './tiles.js';

/** Batches that are handed in before the first of them has to be done: bounds the memory of their maps. */
const IN_FLIGHT = 2;

/**
 * Keeps a job's patch embeddings on the GPU: the network's maps go through a kernel straight into tiles of rows, and the host waits
 * only for the batch before the last to be done, which moves nothing.
 * @returns null for jobs whose values are wanted here: layer maps, what a cache keeps, more than stays on a GPU.
 */
export function stayingRows(device: Device, gpu: Gpu, job: ExtractionJob): Sink | null {
  const { spec, images } = job;
  const { positions } = patchGrid(spec);
  const dimensions = patchDimensions(spec);
  const count = images.length * positions;
  if (storeOf(job) || spec.reading?.kind === 'maps' || images.length === 0) return null;
  if (!hasRoom(gpu, 4 * count * dimensions)) return null;
  let made: { tiles: Tiles; embedding: GpuEmbedding } | undefined;
  const flight: Promise<void>[] = [];
  const make = (): Promise<NonNullable<typeof made>> =>
    device.attempt(async () => {
      made = {
        tiles: roomForTiles(gpu, count, dimensions),
        embedding: gpuEmbedding(gpu, embeddingMaps(spec), dimensions),
      };
      return made;
    });
  /** Something was embedded of maps for which there was no room. */
  let doubtful = false;
  const drop = (): void => {
    made?.embedding.free();
    made?.tiles.free();
  };
  return {
    found: new Float32Array(new SharedArrayBuffer(0)),
    drop,
    async take(network, batch, missing) {
      const { tiles, embedding } = made ?? (await make());
      const most = Math.max(1, Math.floor(device.budget / network.imageBytes));
      let embedded = 0;
      await inBlocks(device, missing.length, most, async (a, b) => {
        doubtful ||= a < embedded;
        embedded = b;
        device.tf.tidy(() => {
          const maps = network.maps(packInputs(batch, missing, a, b), b - a).map((map) => {
            const [, height, width, channels] = map.shape;
            return { values: gpu.tensor(map), height, width, channels };
          });
          embedding.embed(maps, b - a, tiles, (batch.from + missing[a]) * positions);
        });
      });
      flight.push(gpu.done());
      flight.at(-1)!.catch(() => {});
      await flight.at(-IN_FLIGHT);
    },
    async finish() {
      const { tiles, embedding } = made!;
      const bad = await device.attempt(() => embedding.firstBad());
      // What was embedded anew may have been bad the first time only.
      if (bad !== null && doubtful) throw new OutOfMemory('no room for layer maps');
      if (bad !== null) checkFinite(Float32Array.of(Number.NaN), images[bad].path);
      embedding.free();
      return gpuRows(gpu, tiles);
    },
  };
}
