import { traitTally } from '../dataset/image-traits.js';
import type { Resources } from '../engine/resources.js';
import { isFar, type Rows, rowsHere } from '../engine/rows.js';
import { checkCancelled, InputError } from '../errors.js';
import { sharedFloats } from '../kernels/arena.js';
import { ranges } from '../kernels/threads.js';
import { SILENT, type Watch } from '../progress.js';
import { contentKey } from '../storage/cache.js';
import { fewAtOnce } from '../storage/few-at-once.js';
import { EXTRACT, type Extraction, type ExtractionJob } from './extract.js';
import { featureKey } from './feature-key.js';
import { patchGrid } from './layers.js';
import { onnxEngine } from './onnx-foreign.js';
import { checkPrecision } from './precision.js';
import { imageLength, patchDimensions } from './reading.js';
import type { FeatureSpec, ImageRequest } from './spec.js';
import { weightsIdentity } from './weights-identity.js';

/** Training patches that are read only when a stage has to be computed. */
export interface TrainingPatches {
  /** Number of rows. */
  count: number;
  /** Rows an image. */
  positions: number;
  /** Values a row. */
  dimensions: number;
  /** Identity of the content, for the cache; any string without one. */
  key: string;
  /** [images·positions × dimensions], image-major, in the host's memory. */
  rows(): Promise<Float32Array>;
  /** The same where they were computed, for stages. */
  stay(): Promise<Rows>;
  /** Where memory does not take all rows together: a way to some at a time. Left out where it does. */
  streamed?: StreamedPatches;
}

/** Patches that are read again and again, some images at a time. */
export interface StreamedPatches {
  /** Images that memory takes at a time. */
  images: number;
  /** All rows, whole images in order. A block's rows are overwritten by the next. */
  blocks(): AsyncGenerator<PatchBlock>;
  /** Rows of some images, in the order given. */
  of(images: readonly number[]): Promise<Float32Array>;
}

/** Some images' patches among those of all. */
export interface PatchBlock {
  /** First image. */
  image: number;
  /** Rows [images·positions × dimensions]. */
  rows: Float32Array;
}

/** A run's way to patch features: computed where the run's stages are, kept in its cache, timed. */
export interface FeatureReader {
  readonly spec: FeatureSpec;
  readonly weightsSha256: string;
  /** Library that ran the network, once it ran; `cache` before. */
  library(): string;
  /** Seconds spent so far. */
  seconds: Extraction['seconds'];
  /** What the spec reads of each image, in shared memory; `keep: false` leaves the cache alone (one-off copies); `into` as in a job. */
  read(images: readonly ImageRequest[], watch?: Watch, keep?: boolean, into?: Float32Array): Promise<Float32Array>;
  /** Patch embeddings as `read` gives them, but where they were computed; to be freed by the caller where they are far. */
  readRows(images: readonly ImageRequest[], watch?: Watch): Promise<Rows>;
  /** Identity of each image's features; empty strings without a cache. */
  keys(images: readonly ImageRequest[]): Promise<string[]>;
  /** Training images as patches that are read once, when first needed; or, given how many images memory takes at a time, in blocks. */
  patches(images: readonly ImageRequest[], watch?: () => Watch, atATime?: number | null): Promise<TrainingPatches>;
  /** Gives back what patches hold on a device; they are read again when they are needed again. */
  release(): void;
}

/** Identifies the weights and prepares to read features. @throws InputError for weights that cannot be read, or a precision that cannot be had. */
export async function featureReader(
  { compute, cache, reporter = SILENT }: Pick<Resources, 'compute' | 'cache'> & Partial<Pick<Resources, 'reporter'>>,
  spec: FeatureSpec,
): Promise<FeatureReader> {
  const weightsSha256 = await weightsIdentity(spec);
  const engine = spec.network ? onnxEngine(compute.engine) : compute.engine;
  checkPrecision(spec, engine);
  if (spec.precision === 'int8' && !spec.spans) {
    throw new InputError('a network in int8 is set up by a fit only', 'Leave precision out here');
  }
  const { positions } = patchGrid(spec);
  const seconds = { decode: 0, forward: 0, embed: 0 };
  let library = 'cache';
  const releases: (() => void)[] = [];
  const extracted = async (job: ExtractionJob, watch?: Watch): Promise<Rows> => {
    const extraction = await compute.run(EXTRACT, job, watch);
    for (const stage of ['decode', 'forward', 'embed'] as const) seconds[stage] += extraction.seconds[stage];
    library = extraction.library ?? library;
    const converted = traitTally();
    for (const path of extraction.cmyk) converted.add(path, ['cmyk']);
    for (const sentence of converted.sentences()) reporter.note(sentence);
    return extraction.rows;
  };
  const reader: FeatureReader = {
    spec,
    weightsSha256,
    library: () => library,
    seconds,
    async read(images, watch, keep = true, into) {
      const stored = keep ? { cache, weightsSha256 } : undefined;
      return rowsHere(await extracted({ spec, engine, images, stored, into }, watch));
    },
    readRows: (images, watch) =>
      extracted({ spec, engine, images, stored: { cache, weightsSha256 }, mayStay: true }, watch),
    async keys(images) {
      if (!cache.folder) return images.map(() => '');
      return fewAtOnce(images, (image) => featureKey(spec, { engine, weightsSha256 }, image));
    },
    async patches(images, watch = () => ({}), atATime = null) {
      if (images.length === 0) throw new InputError('there is no training image', 'Give at least one');
      const keys = await reader.keys(images);
      const whole = {
        count: images.length * positions,
        positions,
        dimensions: patchDimensions(spec),
        key: contentKey(['patches', keys]),
      };
      if (atATime !== null) {
        const streamed = streamedPatches(reader, { images, keys, atATime }, watch);
        const rows = (): Promise<Float32Array> => streamed.of([...images.keys()]);
        return { ...whole, rows, stay: rows, streamed };
      }
      const readUnchanged = async (): Promise<Rows> => {
        const found = await reader.readRows(images, watch());
        try {
          await checkUnchanged(reader, images, keys);
        } catch (error) {
          if (isFar(found)) found.free();
          throw error;
        }
        return found;
      };
      let rows: Promise<Rows> | undefined;
      releases.push(() => {
        const held = rows;
        const drop = (own: Rows): void => {
          if (!isFar(own)) return;
          own.free();
          if (rows === held) rows = undefined;
        };
        held?.then(drop, () => {});
      });
      const stay = (): Promise<Rows> => {
        rows ??= readUnchanged();
        return rows;
      };
      return {
        ...whole,
        rows: async () => rowsHere(await stay()),
        stay,
      };
    },
    release() {
      for (const release of releases) release();
    },
  };
  return reader;
}

/** What follows is remembered under these keys. @throws InputError naming an image that changed since. */
async function checkUnchanged(
  reader: FeatureReader,
  images: readonly ImageRequest[],
  keys: readonly string[],
): Promise<void> {
  const now = await reader.keys(images);
  const changed = images.find((_, i) => now[i] !== keys[i]);
  if (!changed) return;
  throw new InputError(`${changed.path} changed while it was read`, 'Run again when nothing writes there');
}

/** Reads images some at a time, into one room. */
function streamedPatches(
  reader: FeatureReader,
  { images, keys, atATime }: { images: readonly ImageRequest[]; keys: readonly string[]; atATime: number },
  watch: () => Watch,
): StreamedPatches {
  const read = async (some: readonly number[], own: Watch, into?: Float32Array): Promise<Float32Array> => {
    const requests = some.map((image) => images[image]);
    const rows = await reader.read(requests, own, true, into);
    const known = some.map((image) => keys[image]);
    await checkUnchanged(reader, requests, known);
    return rows;
  };
  return {
    images: atATime,
    async *blocks() {
      const { progress, signal } = watch();
      const room = sharedFloats(Math.min(atATime, images.length) * imageLength(reader.spec));
      for (const { from, to } of ranges(images.length, atATime)) {
        checkCancelled(signal);
        const own: Watch = { signal, progress: (done) => progress?.(from + done, images.length) };
        const some = Array.from({ length: to - from }, (_, i) => from + i);
        yield { image: from, rows: await read(some, own, room) };
      }
    },
    of: (some) => read(some, { signal: watch().signal }),
  };
}
