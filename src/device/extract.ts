import { checkCancelled } from '../errors.js';
import { type Extraction, type ExtractionJob, reportReuse, storeOf } from '../features/extract.js';
import { checkFinite } from '../features/input.js';
import { patchGrid } from '../features/layers.js';
import { imageLength } from '../features/reading.js';
import type { FeatureSpec } from '../features/spec.js';
import { sharedFloats } from '../kernels/arena.js';
import { task } from '../kernels/task.js';
import type { Threads } from '../kernels/threads.js';
import type { Watch } from '../progress.js';
import type { DecodedImage } from './decode-task.js';
import { type Device, inBlocks } from './device.js';
import { createDeviceNetwork, type DeviceNetwork } from './network.js';

const DECODE = task<typeof import('./decode-task.js')>(new URL('./decode-task.js', import.meta.url));
const KEEP = task<typeof import('./keep-task.js')>(new URL('./keep-task.js', import.meta.url));
/** Most images the device takes at once. */
const MOST = 32;

/** Reads images on a device and keeps its network from job to job. */
export interface DeviceExtractor {
  extract(job: ExtractionJob, watch: Watch): Promise<Extraction>;
  release(): void;
}

/** A batch that threads have decoded: inputs [images × crop × crop × 3] and what became of each image. */
interface Batch {
  from: number;
  inputs: Float32Array;
  decoded: DecodedImage[];
}

/**
 * Reads images on a device: threads decode the next batch and write the last one to the cache while the device runs the
 * network on this one. Results agree with those of threads to rounding.
 */
export function deviceExtractor(device: Device, threads: Threads): DeviceExtractor {
  const networks = keptNetwork(device);
  return {
    release: networks.release,
    async extract(job, watch) {
      const { spec, images, stored } = job;
      const rows = sharedFloats(images.length * imageLength(spec));
      const seconds = { decode: 0, forward: 0, embed: 0 };
      const sizes: Extraction['sizes'] = [];
      const counts = { reused: 0, damaged: [] as string[] };
      const cmyk: string[] = [];
      let computed = 0;
      let next = images.length > 0 ? decodeBatch(threads, job, rows, 0, watch) : null;
      while (next) {
        const batch = await next;
        checkCancelled(watch.signal);
        const { from, decoded } = batch;
        next = from + MOST < images.length ? decodeBatch(threads, job, rows, from + MOST, watch) : null;
        // Observed below; without a handler a failure during the device's work would end the process.
        next?.catch(() => {});
        for (const [i, { size, found, damaged, path, cmyk: converted, seconds: own }] of decoded.entries()) {
          if (converted) cmyk.push(images[from + i].path);
          sizes.push(size);
          if (found) counts.reused++;
          if (damaged) counts.damaged.push(path!);
          seconds.decode += own / threads.count;
        }
        const missing = decoded.flatMap(({ found }, slot) => (found ? [] : [slot]));
        if (missing.length > 0) {
          const network = await networks.of(spec);
          const begin = performance.now();
          await runNetwork(device, network, job, batch, missing, rows);
          seconds.forward += (performance.now() - begin) / 1000;
          computed += missing.length;
        }
        await keep(threads, batch, missing, rows, imageLength(spec));
        watch.progress?.(Math.min(images.length, from + MOST), images.length);
      }
      if (stored && storeOf(job)) reportReuse(stored.cache, [counts], images.length);
      const { positions } = patchGrid(spec);
      return { rows, positions, sizes, seconds, library: computed > 0 ? device.about : null, cmyk };
    },
  };
}

/** The last spec's network stays on the device. */
function keptNetwork(device: Device): { of(spec: FeatureSpec): Promise<DeviceNetwork>; release(): void } {
  let ready: { key: string; network: DeviceNetwork } | undefined;
  const release = (): void => {
    ready?.network.dispose();
    ready = undefined;
  };
  return {
    release,
    async of(spec) {
      const key = JSON.stringify(spec);
      if (ready?.key !== key) {
        release();
        ready = { key, network: await createDeviceNetwork(device, spec) };
      }
      return ready.network;
    },
  };
}

/** Threads find or decode images from `from` on; remembered values go straight into `rows`. */
async function decodeBatch(
  threads: Threads,
  job: ExtractionJob,
  rows: Float32Array,
  from: number,
  { signal }: Watch,
): Promise<Batch> {
  const { spec } = job;
  const images = job.images.slice(from, from + MOST);
  const inputs = sharedFloats(images.length * 3 * spec.preprocessing.crop ** 2);
  const store = storeOf(job);
  const length = imageLength(spec);
  const jobs = images.map(({ path, augmentation = null }, slot) => ({
    spec,
    image: { path, augmentation },
    store,
    inputs,
    slot,
    rows,
    index: from + slot,
    length,
  }));
  return { from, inputs, decoded: await threads.each(DECODE, jobs, { signal }) };
}

/** The network on the batch's images that were not remembered. */
async function runNetwork(
  device: Device,
  network: DeviceNetwork,
  { spec, images }: ExtractionJob,
  { from, inputs }: Batch,
  missing: readonly number[],
  rows: Float32Array,
): Promise<void> {
  const length = imageLength(spec);
  const pixels = 3 * spec.preprocessing.crop ** 2;
  await inBlocks(device, missing.length, Math.min(MOST, device.budget / network.imageBytes), async (a, b) => {
    const packed = new Float32Array((b - a) * pixels);
    for (let i = a; i < b; i++) {
      packed.set(inputs.subarray(missing[i] * pixels, (missing[i] + 1) * pixels), (i - a) * pixels);
    }
    const values = await network.read(packed, b - a);
    for (let i = a; i < b; i++) {
      const own = values.subarray((i - a) * length, (i - a + 1) * length);
      checkFinite(own, images[from + missing[i]].path);
      rows.set(own, (from + missing[i]) * length);
    }
  });
}

/** Threads write what was computed to the cache. */
async function keep(
  threads: Threads,
  { from, decoded }: Batch,
  missing: readonly number[],
  rows: Float32Array,
  length: number,
): Promise<void> {
  await Promise.all(
    missing.map(async (slot) => {
      const { path, size } = decoded[slot];
      if (path === null) return;
      await threads.run(KEEP, { path, size, rows, index: from + slot, length });
    }),
  );
}
