import { z } from 'zod';
import type { Resources } from '../engine/resources.js';
import { InputError } from '../errors.js';
import { DINOV2S } from '../features/dinov2.js';
import { allChannels } from '../features/layers.js';
import type { FeatureReader } from '../features/reader.js';
import { mapsLayout } from '../features/reading.js';
import type { Preprocessing } from '../image/preprocess.js';
import { sharedFloats, toShared } from '../kernels/arena.js';
import { createRandom } from '../random.js';
import type { Border } from './map.js';
import { anomalyMaps } from './maps.js';
import { triangle, vectorLength } from './padim-block.js';
import { padimToGraph } from './padim-onnx.js';
import { GAUSSIANS } from './padim-stage.js';
import type { Gaussians, PadimJob } from './padim-task.js';
import { checkedSettings, checkProfile } from './settings.js';
import type { Fitted, Settings, System, Tensors } from './system.js';

/** Switches of PaDiM. */
export type PadimSettings = {
  /** Size of the fixed random subset of all layers' channels; null: 100 of ResNet18's, 550 of a wider network's. */
  channels: number | null;
  /** How the blur continues beyond the border. */
  border: Border;
};

const schema: z.ZodType<PadimSettings> = z.object({
  channels: z.number().int().min(1).nullable(),
  border: z.enum(['repeat', 'mirror']),
});

/** The unofficial script most papers ran: resize 256 by Lanczos, crop 224. */
const SCRIPT: Preprocessing = { resize: 256, crop: 224, filter: 'lanczos' };
/** anomalib of 2022: straight to 256 × 256, not antialiased. */
export const ANOMALIB_PREPROCESSING: Preprocessing = { resize: 256, crop: 256, filter: 'linear', square: true };

/** Test images in memory at a time. */
const BATCH = 32;
/** Bytes of Gaussians that are still remembered: a wide network's 2.5 GB would be in memory twice when read back. */
const MOST_REMEMBERED = 2 ** 30;
/** Raise when a fit changes for the same features. */
const VERSION = 1;

function padimLayers(backbone: string): string[] {
  if (DINOV2S.includes(backbone)) return ['block12'];
  return backbone === 'resnet50v2' ? ['layer1', 'layer2'] : ['layer1', 'layer2', 'layer3'];
}

function padimSystem(name: string, about: string, profiles: readonly string[], usual: string): System {
  const preprocessing = (profile: string): Preprocessing => (profile === 'original' ? SCRIPT : ANOMALIB_PREPROCESSING);
  const settings = (profile: string, set?: Settings): PadimSettings => {
    checkProfile(name, profiles, profile);
    return checkedSettings(schema, { channels: null, border: profile === 'original' ? 'repeat' : 'mirror' }, set);
  };
  return {
    name,
    about,
    profiles,
    settings,
    reading(profile, { backbone = usual, layers = padimLayers(backbone), network, settings: set, seed = 0 } = {}) {
      const all = allChannels({ backbone, layers, network });
      const count = settings(profile, set).channels ?? Math.min(all, backbone === 'resnet18' ? 100 : 550);
      if (count > all) throw new InputError(`${backbone} has ${all} channels, not ${count}`, 'Choose fewer channels');
      const channels = [...createRandom(seed).fork('padim/channels').distinct(all, count)].sort((a, b) => a - b);
      return { backbone, layers, preprocessing: preprocessing(profile), reading: { kind: 'maps', channels } };
    },
    async fit(lab, reader, train, given) {
      const { threads, compute, cache, reporter, signal } = lab;
      const layout = mapsLayout(reader.spec);
      const positions = layout.maps[0].side ** 2;
      const d = vectorLength(layout);
      let fit = 0;
      const key = ['padim', VERSION, await reader.keys(train)];
      const fitAll = async (): Promise<Tensors> => {
        const values = await reader.read(train, { progress: reporter.stage('train features'), signal });
        // Of a wide network the Gaussians take 2.5 GB; the networks make room.
        compute.release();
        const begin = performance.now();
        const gaussians = { mean: sharedFloats(positions * d), lower: sharedFloats(positions * triangle(d)) };
        const job: PadimJob = { kind: 'fit', values, images: train.length, layout, gaussians };
        await compute.run(GAUSSIANS, job, { progress: reporter.stage('gaussians'), signal });
        threads.release();
        fit = (performance.now() - begin) / 1000;
        return {
          mean: { dtype: 'F32', shape: [positions, d], data: gaussians.mean },
          lower: { dtype: 'F32', shape: [positions, triangle(d)], data: gaussians.lower },
        };
      };
      const large = positions * triangle(d) * 4 > MOST_REMEMBERED;
      const tensors = large ? await fitAll() : await cache.remember('models', key, fitAll);
      return fittedPadim(lab, reader, tensors, checkedSettings(schema, DEFAULTS, given), fit);
    },
    addToGraph: (start) => padimToGraph(start, checkedSettings(schema, DEFAULTS, start.settings).border),
    restore: async (lab, reader, tensors, given) =>
      fittedPadim(lab, reader, tensors, checkedSettings(schema, DEFAULTS, given), 0),
  };
}

const DEFAULTS: PadimSettings = { channels: null, border: 'mirror' };

function fittedPadim(
  { threads, compute, signal }: Resources,
  reader: FeatureReader,
  tensors: Tensors,
  { border }: PadimSettings,
  fit: number,
): Fitted {
  const layout = mapsLayout(reader.spec);
  const grid = layout.maps[0].side;
  const positions = grid ** 2;
  const d = vectorLength(layout);
  const gaussians: Gaussians = {
    mean: toShared(tensors.mean?.data as Float32Array),
    lower: toShared(tensors.lower?.data as Float32Array),
  };
  if (gaussians.mean.length !== positions * d || gaussians.lower.length !== positions * triangle(d)) {
    throw new InputError(`the Gaussians are not those of ${positions} positions with ${d} channels`, 'Fit again');
  }
  const seconds = { fit, search: 0, map: 0 };
  const { crop } = reader.spec.preprocessing;
  return {
    seconds,
    async *score(images) {
      for (let from = 0; from < images.length; from += BATCH) {
        const batch = images.slice(from, from + BATCH);
        const values = await reader.read(batch, { signal });
        const begin = performance.now();
        const scores = sharedFloats(batch.length * positions);
        const job: PadimJob = { kind: 'score', values, images: batch.length, layout, gaussians, scores };
        await compute.run(GAUSSIANS, job, { signal });
        seconds.search += (performance.now() - begin) / 1000;
        const start = performance.now();
        const maps = await anomalyMaps(threads, scores, { grid, side: crop, border }, { signal });
        seconds.map += (performance.now() - start) / 1000;
        for (const map of maps) {
          // Unlike PatchCore: the image's score is the largest value of its blurred map.
          const score = map.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
          yield { score, map };
        }
      }
    },
    tensors: async () => tensors,
  };
}

/** PaDiM (docs/methods.md 5.1) as papers ran it; the channel subset is drawn by our generator, not by Python's. */
export const PADIM: System = padimSystem(
  'padim',
  'a Gaussian a position over 550 channels of WideResNet50 (100 of ResNet18)',
  ['original', 'anomalib'],
  'wide_resnet50_2',
);

/** PaDiM* of the paper's appendix: anomalib's defaults of 2022, ResNet18, 100 channels, 256 px (docs/methods.md 5.2). */
export const PADIM_STAR: System = padimSystem(
  'padim-star',
  'PaDiM with ResNet18 and 100 channels, as anomalib in 2022',
  ['anomalib-2022'],
  'resnet18',
);
