import type { Rows } from '../engine/rows.js';
import { checkCancelled } from '../errors.js';
import { type Extraction, type ExtractionJob, reportReuse, rowsOf, storeOf } from '../features/extract.js';
import { checkFinite } from '../features/input.js';
import { patchGrid } from '../features/layers.js';
import { imageLength } from '../features/reading.js';
import type { FeatureSpec } from '../features/spec.js';
import { sharedFloats } from '../kernels/arena.js';
import { task } from '../kernels/task.js';
import type { Threads } from '../kernels/threads.js';
import type { Watch } from '../progress.js';
import type { DecodedImage } from './decode-task.js';
import { type Device, inBlocks, OutOfMemory } from './device.js';
import { createDeviceNetwork, type DeviceNetwork } from './network.js';

const DECODE = task<typeof import('./decode-task.js')>(new URL('./decode-task.js', import.meta.url));
const KEEP = task<typeof import('./keep-task.js')>(new URL('./keep-task.js', import.meta.url));
/** Most images the device takes at once. */
const MOST = 32;
/** Batches that threads decode ahead of the device. */
const AHEAD = 2;

/** Reads images on a device and keeps its network from job to job. */
export interface DeviceExtractor {
  extract(job: ExtractionJob, watch: Watch): Promise<Extraction>;
  release(): void;
}

/** A batch that threads have decoded: inputs [images × crop × crop × 3] and what became of each image. */
export interface Batch {
  from: number;
  inputs: Float32Array;
  decoded: DecodedImage[];
}

/** Where a job's values go. */
export interface Sink {
  /** Where threads leave values that were remembered. */
  readonly found: Float32Array;
  /** Runs the network on the batch's images that were not remembered, by their slots. */
  take(network: DeviceNetwork, batch: Batch, missing: readonly number[]): Promise<void>;
  /** When all is taken. */
  finish(): Promise<Rows>;
  /** Gives up what was taken, after a failure. */
  drop(): void;
}

/**
 * Reads images on a device: threads decode the next batches and write the last one to the cache while the device runs the
 * network on this one. Results agree with those of threads to rounding.
 * @param staying where values stay on the device; null where a job's do not.
 */
export function deviceExtractor(
  device: Device,
  threads: Threads,
  staying: (job: ExtractionJob) => Sink | null = () => null,
): DeviceExtractor {
  const networks = keptNetwork(device);
  const extract = async (job: ExtractionJob, watch: Watch, sink: Sink): Promise<Extraction> => {
    const { spec, images, stored } = job;
    const seconds = { decode: 0, forward: 0, embed: 0 };
    const sizes: Extraction['sizes'] = [];
    const counts = { reused: 0, damaged: [] as string[] };
    const cmyk: string[] = [];
    let computed = 0;
    const timed = async <T>(work: () => Promise<T>): Promise<T> => {
      const begin = performance.now();
      const value = await work();
      seconds.forward += (performance.now() - begin) / 1000;
      return value;
    };
    const begun: Promise<Batch>[] = [];
    const ahead = (to: number): void => {
      for (let from = begun.length * MOST; from < Math.min(images.length, to); from += MOST) {
        const next = decodeBatch(threads, job, sink.found, from, watch);
        // Awaited below; without a handler a failure during the device's work would end the process.
        next.catch(() => {});
        begun.push(next);
      }
    };
    ahead(AHEAD * MOST);
    for (let b = 0; b * MOST < images.length; b++) {
      const batch = await begun[b];
      checkCancelled(watch.signal);
      ahead((b + 1 + AHEAD) * MOST);
      const { from, decoded } = batch;
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
        await timed(() => sink.take(network, batch, missing));
        computed += missing.length;
      }
      watch.progress?.(Math.min(images.length, from + MOST), images.length);
    }
    const rows = await timed(() => sink.finish());
    if (stored && storeOf(job)) reportReuse(stored.cache, [counts], images.length);
    const { positions } = patchGrid(spec);
    return { rows, positions, sizes, seconds, library: computed > 0 ? device.about : null, cmyk };
  };
  const attempted = async (job: ExtractionJob, watch: Watch, sink: Sink): Promise<Extraction> => {
    try {
      return await extract(job, watch, sink);
    } catch (error) {
      sink.drop();
      throw error;
    }
  };
  return {
    release: networks.release,
    async extract(job, watch) {
      const far = job.mayStay ? staying(job) : null;
      if (far) {
        try {
          return await attempted(job, watch, far);
        } catch (error) {
          // What does not fit comes home batch by batch.
          if (!(error instanceof OutOfMemory)) throw error;
        }
      }
      return attempted(job, watch, homeSink(device, threads, job));
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
  const jobs = images.map(({ path, augmentation = null, tile }, slot) => ({
    spec,
    image: { path, augmentation, tile },
    store,
    inputs,
    slot,
    rows,
    index: from + slot,
    length,
  }));
  return { from, inputs, decoded: await threads.each(DECODE, jobs, { signal }) };
}

/** Inputs of the missing images [from, to) of a batch, one after another, in memory of the host's own. */
export function packInputs(
  { inputs, decoded }: Batch,
  missing: readonly number[],
  from = 0,
  to: number = missing.length,
): Float32Array {
  const pixels = inputs.length / decoded.length;
  const packed = new Float32Array((to - from) * pixels);
  for (let i = from; i < to; i++) {
    packed.set(inputs.subarray(missing[i] * pixels, (missing[i] + 1) * pixels), (i - from) * pixels);
  }
  return packed;
}

/** Values come home batch by batch, and threads write them to the cache. */
function homeSink(device: Device, threads: Threads, job: ExtractionJob): Sink {
  const { spec, images } = job;
  const length = imageLength(spec);
  const rows = rowsOf(job);
  return {
    found: rows,
    async take(network, batch, missing) {
      const { from } = batch;
      await inBlocks(device, missing.length, Math.min(MOST, device.budget / network.imageBytes), async (a, b) => {
        const values = await network.read(packInputs(batch, missing, a, b), b - a);
        for (let i = a; i < b; i++) {
          const own = values.subarray((i - a) * length, (i - a + 1) * length);
          checkFinite(own, images[from + missing[i]].path);
          rows.set(own, (from + missing[i]) * length);
        }
      });
      await keep(threads, batch, missing, rows, length);
    },
    finish: async () => rows,
    drop: () => {},
  };
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
