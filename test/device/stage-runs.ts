import { startRows } from '../../src/coreset/anchors.js';
import { type GreedyOptions, SELECT_ROWS } from '../../src/coreset/greedy.js';
import { DISCRIMINATORS } from '../../src/denoise/discriminator.js';
import { PROJECT } from '../../src/denoise/projection.js';
import { PATCH_WEIGHTS } from '../../src/denoise/weights.js';
import { FLOWS } from '../../src/detector/cflow/flow-stage.js';
import type { LayerWork, LikelihoodJob, PassJob } from '../../src/detector/cflow/flow-task.js';
import { freshParameters, parameterCount } from '../../src/detector/cflow/parameters.js';
import { nearestOthers, type Others } from '../../src/detector/nearest-others.js';
import { INDEX_NEIGHBOURS, type Neighbours } from '../../src/detector/neighbours.js';
import { triangle } from '../../src/detector/padim-block.js';
import { GAUSSIANS } from '../../src/detector/padim-stage.js';
import type { Gaussians } from '../../src/detector/padim-task.js';
import { rowsHere } from '../../src/engine/rows.js';
import type { Compute } from '../../src/engine/stage.js';
import { EXTRACT } from '../../src/features/extract.js';
import type { MapsLayout } from '../../src/features/reading.js';
import type { FeatureSpec } from '../../src/features/spec.js';
import { sharedFloats } from '../../src/kernels/arena.js';
import { createRandom, randomFromDraw } from '../../src/random.js';

/** What a stage gave: numbers to compare, or rows chosen. */
export type StageResult = { values: number[] } | { rows: number[] };

const D = 128;
const [IMAGES, POSITIONS] = [12, 9];

/** Rows about five centres, some of them noisy outliers. */
function blobs(rows: number, d: number, seed: number): Float32Array {
  const random = randomFromDraw(seed);
  const centres = Array.from({ length: 5 }, () => Float32Array.from({ length: d }, () => random.uniform(-2, 2)));
  const out = new Float32Array(rows * d);
  for (let i = 0; i < rows; i++) {
    const spread = i % 11 === 3 ? 1.5 : 0.4;
    for (let a = 0; a < d; a++) out[i * d + a] = centres[i % 5][a] + random.uniform(-spread, spread);
  }
  return out;
}

const LAYOUT: MapsLayout = {
  maps: [
    { layer: 'layer1', side: 4, channels: [0, 1, 2, 3, 4], offset: 0 },
    { layer: 'layer2', side: 2, channels: [0, 1, 2], offset: 80 },
  ],
  length: 92,
};

function spec(kind: 'embedding' | 'maps'): FeatureSpec {
  return {
    backbone: 'resnet18',
    layers: ['layer2', 'layer3'],
    weights: { kind: 'random', seed: 1 },
    preprocessing: { resize: 64, crop: 64, filter: 'bilinear' },
    reading: kind === 'maps' ? { kind, channels: [0, 5, 127, 130, 383] } : { kind },
  };
}

/** A stage on small inputs. */
export type StageRun = (compute: Compute) => Promise<StageResult>;

/** Reading images with the compute's engine. @param images paths of two pictures. */
export function readingRuns(images: readonly string[]): Record<string, StageRun> {
  return {
    'features and embedding': (compute) => extracted(compute, spec('embedding'), images),
    'features that stay': (compute) => extracted(compute, spec('embedding'), images, true),
    'features as maps': (compute) => extracted(compute, spec('maps'), images),
  };
}

/** Every other stage. */
export function stageRuns(): Record<string, StageRun> {
  const z = blobs(IMAGES * POSITIONS, D, 1);
  const rows = blobs(300, D, 2);
  const kept = Uint8Array.from({ length: 300 }, (_, i) => (i % 11 === 3 ? 0 : 1));
  const anchors = startRows(randomFromDraw(5), 300);
  const selected = async (compute: Compute, options: GreedyOptions): Promise<StageResult> => ({
    rows: [...(await compute.run(SELECT_ROWS, { z: rows, d: D, options }))],
  });
  const all: Record<string, StageRun> = {
    projection: async (compute) => {
      const job = { rows: blobs(37, 256, 3), projection: blobs(16, 256, 4), dimensions: 256 };
      return { values: [...(await rowsHere(await compute.run(PROJECT, job)))] };
    },
    'greedy selection': (compute) => selected(compute, { count: 60, anchors, kept }),
    'greedy selection from all anchors': (compute) => selected(compute, { count: 299, anchors: { kind: 'all' } }),
    'nearest rows': async (compute) => ({ rows: [...(await search(compute)).rows] }),
    'nearest distances': async (compute) => ({ values: [...(await search(compute)).squared] }),
    'nearest of other images': async (compute) => ({ rows: [...(await others(compute)).patches] }),
    'distances to other images': async (compute) => ({ values: [...(await others(compute)).squared] }),
    'gaussians fitted': async (compute) => {
      const { mean, lower } = await gaussians(compute);
      return { values: [...mean, ...lower] };
    },
    'gaussians scored': async (compute) => {
      const scores = sharedFloats(16 * IMAGES);
      const job = { values: mapValues(), images: IMAGES, layout: LAYOUT, gaussians: await gaussians(compute) };
      await compute.run(GAUSSIANS, { kind: 'score', ...job, scores });
      return { values: [...scores] };
    },
    'flow trained for 8 steps': async (compute) => {
      const job = passJob();
      const [outcome] = await compute.run(FLOWS, { jobs: [job] });
      return { values: [...job.parameters, outcome!.loss] };
    },
    'flow likelihoods': async (compute) => {
      const { parameters, ...work } = flowWork();
      const likelihood = sharedFloats(IMAGES * 16);
      const job: LikelihoodJob = { ...work, parameters, kind: 'likelihood', likelihood, from: 0, to: IMAGES };
      await compute.run(FLOWS, { jobs: [job] });
      return { values: [...likelihood] };
    },
  };
  for (const discriminator of DISCRIMINATORS) {
    all[`weights by ${discriminator}`] = async (compute) => {
      const job = { z, positions: POSITIONS, d: D, options: { discriminator, k: 4 } };
      return { values: [...(await compute.run(PATCH_WEIGHTS, job))] };
    };
  }
  return all;
}

async function extracted(
  compute: Compute,
  own: FeatureSpec,
  images: readonly string[],
  mayStay = false,
): Promise<StageResult> {
  const requests = images.map((path) => ({ path }));
  const { rows } = await compute.run(EXTRACT, { spec: own, engine: compute.engine, images: requests, mayStay });
  return { values: [...(await rowsHere(rows))] };
}

async function search(compute: Compute): Promise<Neighbours> {
  const index = await compute.run(INDEX_NEIGHBOURS, { bank: blobs(150, 256, 8), d: 256, k: 3 });
  return index.search(blobs(40, 256, 9));
}

/** Every patch of 20 images against a coreset of 60, three nearest of the other images. */
function others(compute: Compute): Promise<Others> {
  const [images, positions, d] = [20, 15, 256];
  const picks = randomFromDraw(11).distinct(images * positions, 60);
  const groups = Int32Array.from({ length: images }, (_, image) => image);
  return nearestOthers(compute, { rows: blobs(images * positions, d, 10), d, positions, picks, groups, m: 3 });
}

function mapValues(): Float32Array {
  const values = sharedFloats(IMAGES * LAYOUT.length);
  values.set(blobs(IMAGES, LAYOUT.length, 6));
  return values;
}

async function gaussians(compute: Compute): Promise<Gaussians> {
  const d = 8;
  const fitted = { mean: sharedFloats(16 * d), lower: sharedFloats(16 * triangle(d)) };
  const job = { values: mapValues(), images: IMAGES, layout: LAYOUT, gaussians: fitted };
  await compute.run(GAUSSIANS, { kind: 'fit', ...job });
  return fitted;
}

function flowWork(): LayerWork {
  const shape = { channels: 5, blocks: 2 };
  const parameters = sharedFloats(parameterCount(shape));
  freshParameters(shape, createRandom(1), parameters);
  const [map] = LAYOUT.maps;
  return {
    map,
    length: LAYOUT.length,
    values: mapValues(),
    parameters,
    blocks: 2,
    mixing: 'permutation',
    seed: 4,
    engine: 'onnx',
  };
}

function passJob(): PassJob {
  const work = flowWork();
  const empty = (): Float32Array => sharedFloats(work.parameters.length);
  const batches = [{ images: [...Array(IMAGES).keys()].slice(0, 8), rate: 1e-3, seed: 2 }];
  const stop = new Int32Array(new SharedArrayBuffer(4));
  return { ...work, kind: 'pass', first: empty(), second: empty(), steps: 0, fibre: 16, batches, stop };
}
