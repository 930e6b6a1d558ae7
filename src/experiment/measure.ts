import type { Sample } from '../dataset/category.js';
import type { Fitted } from '../detector/system.js';
import { checkCancelled } from '../errors.js';
import { imageSize } from '../image/codec.js';
import { loadMask } from '../image/mask.js';
import { gatherMaskDoubts, type MaskDoubts } from '../image/mask-doubts.js';
import { MASK } from '../image/masks.js';
import type { Raster } from '../image/raster.js';
import type { Threads } from '../kernels/threads.js';
import { collectPixels, type PixelMetrics } from '../metrics/pixel.js';
import { rankLabelled } from '../metrics/ranking.js';
import type { Progress } from '../progress.js';
import type { EvaluateConfig } from './config.js';

/** A test image's outcome. */
export interface ImageResult {
  name: string;
  type: string;
  label: 0 | 1 | null;
  score: number;
}

/** What a detector reached on a test set. */
export interface Measurement {
  image: { auroc: number | null; ap: number | null; f1max: number | null };
  pixel: PixelMetrics;
  images: ImageResult[];
  /** Of each mask that marks something and that the crop cuts: which share of it lies outside, in (0, 1]. */
  outside: { name: string; share: number }[];
  /** What is doubtful about the masks, a sentence a kind. */
  doubts: string[];
  /** Spent on reading masks and computing metrics alone. */
  seconds: number;
}

/** How to measure, and who hears of it. */
export interface MeasureOptions {
  /** Whether defects have masks. */
  masked: boolean;
  /** Read the masks. */
  threads: Threads;
  signal?: AbortSignal;
  progress?: Progress;
  onImage?: (sample: Sample, score: number, map: Float32Array) => void | Promise<void>;
}

/** Image and pixel metrics of a detector on test images (docs/methods.md 7). @throws InputError for a bad mask; Cancelled. */
export async function measure(
  fitted: Fitted,
  test: readonly Sample[],
  config: Pick<EvaluateConfig, 'features' | 'maskMode'>,
  { masked, threads, signal, progress, onImage }: MeasureOptions,
): Promise<Measurement> {
  const pixels = collectPixels(config.features.preprocessing.crop);
  const images: ImageResult[] = [];
  const outside: Measurement['outside'] = [];
  const tally = gatherMaskDoubts();
  const { preprocessing } = config.features;
  const masks = masked
    ? readAhead(test, async ({ path, mask }) =>
        mask ? threads.run(MASK, { path, mask, preprocessing, mode: config.maskMode }) : null,
      )
    : null;
  /** An image's mask; what is to be said of it is noted in the order of the images. */
  const maskAt = async (index: number): Promise<Uint8Array | null> => {
    const { name, mask } = test[index];
    const loaded = await masks!(index);
    if (!loaded) return null;
    if (loaded.outside > 0) outside.push({ name, share: loaded.outside });
    tally.add(mask!, loaded.doubts);
    return loaded.data;
  };
  let seconds = 0;
  const timed = async <T>(work: () => Promise<T> | T): Promise<T> => {
    const start = performance.now();
    const value = await work();
    seconds += (performance.now() - start) / 1000;
    return value;
  };
  for await (const { score, map } of fitted.score(test)) {
    checkCancelled(signal);
    const sample = test[images.length];
    if (masks) await timed(async () => pixels.add(map, await maskAt(images.length)));
    images.push({ name: sample.name, type: sample.type, label: sample.label, score });
    await onImage?.(sample, score, map);
    progress?.(images.length, test.length);
  }
  const { auroc, ap, f1max } = rankLabelled(
    images.map(({ score }) => score),
    images.map(({ label }) => label),
  );
  const pixel = await timed(() => (masked ? pixels.metrics() : { auroc: null, ap: null, aupro: null }));
  return { image: { auroc, ap, f1max }, pixel, images, outside, doubts: tally.sentences(), seconds };
}

/** Masks read ahead of the image they are for. */
const AHEAD = 64;

/** What `read` gives of an item by its index, read {@link AHEAD} items before it is asked for in order. */
function readAhead<Item, Read>(
  items: readonly Item[],
  read: (item: Item) => Promise<Read>,
): (index: number) => Promise<Read> {
  const begun: Promise<Read>[] = [];
  return (index) => {
    while (begun.length < Math.min(items.length, index + AHEAD)) {
      const next = read(items[begun.length]);
      // Told when it is asked for; without a handler the process would end before.
      next.catch(() => {});
      begun.push(next);
    }
    return begun[index];
  };
}

/** A test image's mask at the input's size, or null where the image has none. */
export async function maskOf(
  sample: Sample,
  { features, maskMode }: Pick<EvaluateConfig, 'features' | 'maskMode'>,
  seen?: (mask: Raster) => void,
  doubts?: Pick<MaskDoubts, 'add'>,
): Promise<Uint8Array | null> {
  if (!sample.mask) return null;
  const size = await imageSize(sample.path);
  return loadMask(sample.mask, { path: sample.path, ...size }, features.preprocessing, maskMode, doubts, seen);
}
