import { traitTally } from '../dataset/image-traits.js';
import type { Resources } from '../engine/resources.js';
import { isFar, type Rows, rowsHere } from '../engine/rows.js';
import { InputError } from '../errors.js';
import { SILENT, type Watch } from '../progress.js';
import { contentKey } from '../storage/cache.js';
import { fewAtOnce } from '../storage/few-at-once.js';
import { EXTRACT, type Extraction, type ExtractionJob } from './extract.js';
import { featureKey } from './feature-key.js';
import { patchGrid } from './layers.js';
import { onnxEngine } from './onnx-foreign.js';
import { patchDimensions } from './reading.js';
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
}

/** A run's way to patch features: computed where the run's stages are, kept in its cache, timed. */
export interface FeatureReader {
  readonly spec: FeatureSpec;
  readonly weightsSha256: string;
  /** Library that ran the network, once it ran; `cache` before. */
  library(): string;
  /** Seconds spent so far. */
  seconds: Extraction['seconds'];
  /** What the spec reads of each image, in shared memory; `keep: false` leaves the cache alone (one-off copies). */
  read(images: readonly ImageRequest[], watch?: Watch, keep?: boolean): Promise<Float32Array>;
  /** Patch embeddings as `read` gives them, but where they were computed; to be freed by the caller where they are far. */
  readRows(images: readonly ImageRequest[], watch?: Watch): Promise<Rows>;
  /** Identity of each image's features; empty strings without a cache. */
  keys(images: readonly ImageRequest[]): Promise<string[]>;
  /** Training images as patches that are read once, when first needed. */
  patches(images: readonly ImageRequest[], watch?: () => Watch): Promise<TrainingPatches>;
  /** Gives back what patches hold on a device; they are read again when they are needed again. */
  release(): void;
}

/** Identifies the weights and prepares to read features. @throws InputError for weights that cannot be read. */
export async function featureReader(
  { compute, cache, reporter = SILENT }: Pick<Resources, 'compute' | 'cache'> & Partial<Pick<Resources, 'reporter'>>,
  spec: FeatureSpec,
): Promise<FeatureReader> {
  const weightsSha256 = await weightsIdentity(spec);
  const engine = spec.network ? onnxEngine(compute.engine) : compute.engine;
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
    async read(images, watch, keep = true) {
      const stored = keep ? { cache, weightsSha256 } : undefined;
      return rowsHere(await extracted({ spec, engine, images, stored }, watch));
    },
    readRows: (images, watch) =>
      extracted({ spec, engine, images, stored: { cache, weightsSha256 }, mayStay: true }, watch),
    async keys(images) {
      if (!cache.folder) return images.map(() => '');
      return fewAtOnce(images, (image) => featureKey(spec, { engine, weightsSha256 }, image));
    },
    async patches(images, watch = () => ({})) {
      if (images.length === 0) throw new InputError('there is no training image', 'Give at least one');
      const keys = await reader.keys(images);
      const readUnchanged = async (): Promise<Rows> => {
        const found = await reader.readRows(images, watch());
        // What follows is remembered under these keys.
        const now = await reader.keys(images);
        const changed = images.find((_, i) => now[i] !== keys[i]);
        if (!changed) return found;
        if (isFar(found)) found.free();
        throw new InputError(`${changed.path} changed while it was read`, 'Run again when nothing writes there');
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
        count: images.length * positions,
        positions,
        dimensions: patchDimensions(spec),
        key: contentKey(['patches', keys]),
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
