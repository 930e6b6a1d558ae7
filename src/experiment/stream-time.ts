import { PROJECT, PROJECTED_DIMENSIONS } from '../denoise/projection.js';
import { isFar } from '../engine/rows.js';
import type { FeatureReader } from '../features/reader.js';
import { patchDimensions } from '../features/reading.js';
import type { ImageRequest } from '../features/spec.js';
import type { Lab } from './lab.js';
import type { StreamPlan } from './memory.js';

/** Seconds of a fit on streamed features, foreseen. */
export interface ForeseenSeconds {
  /** Running the network on images that are not stored yet. */
  features: number;
  /** Reading features from disk. */
  reading: number;
  /** Projecting, weighing, selecting. */
  fit: number;
}

/** Images a thread that are tried. */
const TRIED = 2;

/**
 * Foresees a fit's time by trying each of its parts on a few images, whose features are kept: the network, reading them back, projecting them.
 * @param missing images whose features are not stored.
 */
export async function foreseenSeconds(
  { compute, threads, signal }: Pick<Lab, 'compute' | 'threads' | 'signal'>,
  reader: FeatureReader,
  images: readonly ImageRequest[],
  missing: readonly ImageRequest[],
  { passes, products, atATime }: StreamPlan,
): Promise<ForeseenSeconds> {
  const few = Math.min(TRIED * threads.count, atATime);
  const seconds = async (work: () => Promise<unknown>): Promise<number> => {
    const begin = performance.now();
    await work();
    return (performance.now() - begin) / 1000;
  };
  const tried = (missing.length > 0 ? missing : images).slice(0, few);
  // The first ones start the network.
  const first = await seconds(() => reader.read(tried, { signal }));
  const more = missing.slice(few, 2 * few);
  const image = more.length > 0 ? (await seconds(() => reader.read(more, { signal }))) / more.length : first / few;
  let rows: Float32Array = new Float32Array(0);
  const back = await seconds(async () => {
    rows = await reader.read(tried, { signal });
  });
  const dimensions = patchDimensions(reader.spec);
  const projection = new Float32Array(PROJECTED_DIMENSIONS * dimensions).fill(1 / dimensions);
  const product = await seconds(async () => {
    const z = await compute.run(PROJECT, { rows, projection, dimensions }, { signal });
    if (isFar(z)) z.free();
  });
  const rate = (rows.length * PROJECTED_DIMENSIONS) / product;
  const read = passes * images.length - missing.length;
  return { features: missing.length * image, reading: (read * back) / tried.length, fit: products / rate };
}

/** `it takes about 25 minutes: features of images that are not stored yet 18, reading them from disk 2, fitting 5`. */
export function timeText({ features, reading, fit }: ForeseenSeconds): string {
  const minutes = (seconds: number): string =>
    seconds < 600 ? (seconds / 60).toFixed(1) : Math.round(seconds / 60).toString();
  const all = features + reading + fit;
  if (all < 60) return 'it takes less than a minute';
  const parts = [
    `features of images that are not stored yet ${minutes(features)}`,
    `reading them from disk ${minutes(reading)}`,
    `fitting ${minutes(fit)}`,
  ];
  return `it takes about ${minutes(all)} minutes: ${parts.join(', ')}`;
}
