import type { Engine } from '../../engine/names.js';
import type { Resources } from '../../engine/resources.js';
import type { FeatureReader } from '../../features/reader.js';
import type { MapsLayout } from '../../features/reading.js';
import type { ImageRequest } from '../../features/spec.js';
import { sharedFloats } from '../../kernels/arena.js';
import { ranges } from '../../kernels/threads.js';
import type { Fitted, Scored } from '../system.js';
import { addProbabilities, largest } from './aggregate.js';
import { FLOWS } from './flow-stage.js';
import type { LayerWork, LikelihoodJob } from './flow-task.js';
import type { CflowSettings } from './settings.js';

/** The trained flows of all layers. */
export interface Flows {
  layout: MapsLayout;
  settings: CflowSettings;
  /** Parameters of each layer's flow, in shared memory. */
  parameters: Float32Array[];
  /** Seed of each layer's mixing. */
  seeds: number[];
}

/** Images read at a time, and those a thread takes at a time. */
const [BATCH, CHUNK] = [32, 8];

/** What a layer's task needs beside its job. */
export function layerWork(
  { layout, settings, parameters, seeds }: Flows,
  l: number,
  values: Float32Array,
  engine: Engine,
): LayerWork {
  const { blocks, mixing } = settings;
  const map = layout.maps[l];
  return { map, length: layout.length, values, parameters: parameters[l], blocks, mixing, seed: seeds[l], engine };
}

/** ℓ of images: for each layer [images × positions]. */
export async function likelihoods(
  { compute, signal }: Pick<Resources, 'compute' | 'signal'>,
  reader: FeatureReader,
  flows: Flows,
  images: readonly ImageRequest[],
  seconds: Fitted['seconds'],
): Promise<Float32Array[]> {
  const { maps } = flows.layout;
  const all = maps.map(({ side }) => new Float32Array(images.length * side * side));
  for (let from = 0; from < images.length; from += BATCH) {
    const batch = images.slice(from, from + BATCH);
    const values = await reader.read(batch, { signal });
    const begin = performance.now();
    const found = maps.map(({ side }) => sharedFloats(batch.length * side * side));
    const jobs = maps.flatMap((_, l) =>
      ranges(batch.length, CHUNK).map(
        (range): LikelihoodJob => ({
          ...layerWork(flows, l, values, compute.engine),
          kind: 'likelihood',
          likelihood: found[l],
          ...range,
        }),
      ),
    );
    await compute.run(FLOWS, { jobs }, { signal });
    for (const [l, { side }] of maps.entries()) all[l].set(found[l], from * side * side);
    seconds.search = (seconds.search ?? 0) + (performance.now() - begin) / 1000;
  }
  return all;
}

/** Largest ℓ of each layer, then the largest sum of probabilities: what scores are relative to. */
export function reference(flows: Flows, found: readonly Float32Array[], crop: number): Float32Array {
  const maxima = found.map(largest);
  let most = 0;
  const { side } = flows.layout.maps[0];
  const images = found[0].length / (side * side);
  for (let i = 0; i < images; i++) most = Math.max(most, largest(probabilityMap(flows, found, maxima, i, crop)));
  return Float32Array.of(...maxima, most);
}

/** Map and score of image i: the largest sum minus its own, no blur; the score is the map's maximum (docs/methods.md 6.3). */
export function scoredImage(
  flows: Flows,
  found: readonly Float32Array[],
  relativeTo: Float32Array,
  i: number,
  crop: number,
): Scored {
  const most = relativeTo[relativeTo.length - 1];
  const map = probabilityMap(flows, found, relativeTo, i, crop).map((sum) => most - sum);
  return { map, score: largest(map) };
}

function probabilityMap(
  { layout }: Flows,
  found: readonly Float32Array[],
  maxima: ArrayLike<number>,
  i: number,
  crop: number,
): Float32Array {
  const map = new Float32Array(crop * crop);
  for (const [l, { side }] of layout.maps.entries()) {
    const positions = side * side;
    addProbabilities(map, crop, found[l].subarray(i * positions, (i + 1) * positions), side, maxima[l]);
  }
  return map;
}
