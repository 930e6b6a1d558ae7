import type { EngineChoice } from '../engine/names.js';
import { checkCancelled } from '../errors.js';
import { patchGrid } from '../features/embedder.js';
import { type Extraction, type Extractor, reportReuse } from '../features/extract.js';
import { checkFinite } from '../features/input.js';
import { imageLength } from '../features/reading.js';
import type { FeatureSpec } from '../features/spec.js';
import { sharedFloats } from '../kernels/arena.js';
import { task } from '../kernels/task.js';
import type { Threads } from '../kernels/threads.js';
import type { DecodedImage } from './decode-task.js';
import { type Device, inBlocks } from './device.js';
import { createDeviceNetwork, type DeviceNetwork } from './network.js';

const DECODE = task<typeof import('./decode-task.js')>(new URL('./decode-task.js', import.meta.url));
const KEEP = task<typeof import('./keep-task.js')>(new URL('./keep-task.js', import.meta.url));
/** Most images the device takes at once. */
const MOST = 32;

/**
 * Reads images on a device: threads decode the next batch and write the last one to the cache while the device runs the
 * network on this one. Results agree with those of threads to rounding.
 */
export function deviceExtractor(device: Device, threads: Threads): Extractor {
  let ready: { key: string; network: DeviceNetwork } | undefined;
  const networkFor = async (spec: FeatureSpec): Promise<DeviceNetwork> => {
    const key = JSON.stringify(spec);
    if (ready?.key !== key) {
      ready?.network.dispose();
      ready = undefined;
      ready = { key, network: await createDeviceNetwork(device, spec) };
    }
    return ready.network;
  };
  return {
    engine: device.name as EngineChoice,
    release() {
      ready?.network.dispose();
      ready = undefined;
    },
    async extract(spec, images, watch = {}, stored) {
      const length = imageLength(spec);
      const pixels = 3 * spec.preprocessing.crop ** 2;
      const rows = sharedFloats(images.length * length);
      const store = stored?.cache.folder ? { folder: stored.cache.folder, weightsSha256: stored.weightsSha256 } : null;
      const seconds = { decode: 0, forward: 0, embed: 0 };
      const sizes: Extraction['sizes'] = [];
      const counts = { reused: 0, damaged: [] as string[] };
      const decode = (from: number): Promise<{ inputs: Float32Array; decoded: DecodedImage[]; from: number }> => {
        const batch = images.slice(from, from + MOST);
        const inputs = sharedFloats(batch.length * pixels);
        const jobs = batch.map(({ path, augmentation = null }, slot) => ({
          spec,
          image: { path, augmentation },
          store,
          inputs,
          slot,
          rows,
          index: from + slot,
          length,
        }));
        const decoded = threads.each(DECODE, jobs, { signal: watch.signal });
        return decoded.then((all) => ({ inputs, decoded: all, from }));
      };
      let computed = 0;
      let next = images.length > 0 ? decode(0) : null;
      const keeping: Promise<unknown>[] = [];
      while (next) {
        const { inputs, decoded, from } = await next;
        checkCancelled(watch.signal);
        next = from + MOST < images.length ? decode(from + MOST) : null;
        // Observed below; without a handler a failure during the device's work would end the process.
        next?.catch(() => {});
        sizes.push(...decoded.map(({ size }) => size));
        for (const { found, damaged, path, seconds: own } of decoded) {
          if (found) counts.reused++;
          if (damaged) counts.damaged.push(path!);
          seconds.decode += own / threads.count;
        }
        const missing = decoded.flatMap(({ found }, slot) => (found ? [] : [slot]));
        if (missing.length > 0) {
          const network = await networkFor(spec);
          const begin = performance.now();
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
          seconds.forward += (performance.now() - begin) / 1000;
          computed += missing.length;
        }
        for (const slot of missing) {
          const { path, size } = decoded[slot];
          if (path === null) continue;
          keeping.push(threads.run(KEEP, { path, size, rows, index: from + slot, length }));
        }
        await Promise.all(keeping.splice(0));
        watch.progress?.(Math.min(images.length, from + MOST), images.length);
      }
      if (stored && store) reportReuse(stored.cache, [counts], images.length);
      return {
        rows,
        positions: patchGrid(spec).positions,
        sizes,
        seconds,
        executor: computed > 0 ? device.about : 'cache',
      };
    },
  };
}
