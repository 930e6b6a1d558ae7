import assert from 'node:assert/strict';
import test from 'node:test';
import { purityAlongPicks } from '../src/analysis/purity.js';
import { tsne } from '../src/analysis/tsne.js';
import { weightHistogram } from '../src/analysis/weight-histogram.js';
import { weightQuality } from '../src/analysis/weight-quality.js';
import { type Anchors, startRows } from '../src/coreset/anchors.js';
import { greedyCoreset } from '../src/coreset/greedy.js';
import { principalCoordinates } from '../src/coreset/principal-coordinates.js';
import { discard } from '../src/denoise/cut.js';
import { gaussianScores } from '../src/denoise/gaussian.js';
import { lofScores, tensorLofScores } from '../src/denoise/lof.js';
import { nearestScores } from '../src/denoise/nearest.js';
import { randomProjection } from '../src/denoise/projection.js';
import { patchWeights } from '../src/denoise/weights.js';
import { imageScores } from '../src/detector/image-scores.js';
import { anomalyMap } from '../src/detector/map.js';
import { indexNeighbours } from '../src/detector/neighbours.js';
import { nearestInBanks } from '../src/detector/neighbours-many.js';
import { patchScores } from '../src/detector/score.js';
import { InputError } from '../src/errors.js';
import { moveAffine } from '../src/image/affine.js';
import { overlay } from '../src/image/overlay.js';
import { centreCrop, normalise } from '../src/image/preprocess.js';
import type { Raster } from '../src/image/raster.js';
import { resample } from '../src/image/resample.js';
import { multiplyTransposed } from '../src/kernels/multiply.js';
import { startThreads, type Threads } from '../src/kernels/threads.js';
import { collectPixels } from '../src/metrics/pixel.js';
import { rankLabelled } from '../src/metrics/ranking.js';
import { regions } from '../src/metrics/regions.js';
import { createRandom } from '../src/random.js';

const floats = (length: number, hole?: number, value = Number.NaN): Float32Array => {
  const out = Float32Array.from({ length }, (_, i) => Math.sin(i));
  if (hole !== undefined) out[hole] = value;
  return out;
};
const all: Anchors = { kind: 'all' };
const grey = (width: number, height: number, length = width * height): Raster => ({
  width,
  height,
  channels: 1,
  data: new Uint8Array(length),
});

/** What a call is given, what it must say, and of which kind. */
type Case = [name: string, call: (threads: Threads) => unknown, message: RegExp, kind?: typeof InputError];

const cases: Case[] = [
  [
    'greedyCoreset, NaN',
    (t) => greedyCoreset(t, floats(320, 70), 32, { count: 3, anchors: all }),
    /z holds NaN in row 2/,
    InputError,
  ],
  [
    'greedyCoreset, infinity',
    (t) => greedyCoreset(t, floats(320, 0, Infinity), 32, { count: 3, anchors: all }),
    /z holds Infinity in row 0/,
    InputError,
  ],
  [
    'greedyCoreset, parts of rows',
    (t) => greedyCoreset(t, floats(33), 32, { count: 1, anchors: all }),
    /z has 33 values, which are no whole rows of 32/,
  ],
  [
    'greedyCoreset, d',
    (t) => greedyCoreset(t, floats(30), 3, { count: 1, anchors: all }),
    /d = 3 is not a multiple of 4/,
  ],
  [
    'greedyCoreset, kept',
    (t) => greedyCoreset(t, floats(320), 32, { count: 3, anchors: all, kept: new Uint8Array(9) }),
    /kept has 9 values, not 10/,
  ],
  [
    'greedyCoreset, anchors',
    (t) => greedyCoreset(t, floats(320), 32, { count: 3, anchors: { kind: 'starts', rows: Int32Array.of(3, 10) } }),
    /anchors\.rows\[1\] = 10 is not a row below 10/,
  ],
  [
    'greedyCoreset, none kept',
    (t) =>
      greedyCoreset(t, floats(320), 32, { count: 3, anchors: all, kept: new Uint8Array(10), firstPickFromKept: true }),
    /kept holds no row to pick from/,
    InputError,
  ],
  [
    'greedyCoreset, count',
    (t) => greedyCoreset(t, floats(320), 32, { count: 11, anchors: all }),
    /coreset of 11 of 10/,
    InputError,
  ],
  ['startRows', () => startRows(createRandom(1), 0), /n = 0 is not a whole number from 1/],
  [
    'principalCoordinates, NaN',
    (t) => principalCoordinates(t, floats(64, 9), 8, 2),
    /rows holds NaN in row 1/,
    InputError,
  ],
  [
    'principalCoordinates, count',
    (t) => principalCoordinates(t, floats(64), 8, 8),
    /count = 8 is not a whole number from 1 to 7/,
  ],
  ['gaussianScores, NaN', () => gaussianScores(floats(32, 9), 4, 8), /points holds NaN in row 1/, InputError],
  ['gaussianScores, length', () => gaussianScores(floats(31), 4, 8), /points has 31 values, not 32/],
  ['lofScores, NaN', () => lofScores(floats(16, 5), 4, 2), /squared holds NaN in row 1/, InputError],
  ['lofScores, k', () => lofScores(floats(16), 4, 0), /k = 0 is not a whole number from 1/],
  ['tensorLofScores', () => tensorLofScores(floats(15), 4, 2), /squared has 15 values, not 16/],
  ['nearestScores', () => nearestScores(floats(16, 15), 4), /squared holds NaN in row 3/, InputError],
  ['randomProjection', () => randomProjection(createRandom(1), 0), /from = 0/],
  ['discard', () => discard(floats(5, 2), 0.1), /weights holds NaN at 2/, InputError],
  [
    'patchWeights, NaN',
    (t) => patchWeights(t, floats(96, 50), 3, 8, { discriminator: 'gaussian', k: 5 }),
    /z holds NaN in row 6/,
    InputError,
  ],
  [
    'patchWeights, parts of images',
    (t) => patchWeights(t, floats(88), 3, 8, { discriminator: 'lof', k: 5 }),
    /z has 88 values, which are no whole rows of 24/,
  ],
  ['patchWeights, k', (t) => patchWeights(t, floats(96), 3, 8, { discriminator: 'lof', k: 0 }), /k = 0/],
  ['anomalyMap, NaN', () => anomalyMap(floats(16, 3), 4, 8), /scores holds NaN at 3/, InputError],
  ['anomalyMap, grid', () => anomalyMap(floats(15), 4, 8), /scores has 15 values, not 16/],
  ['anomalyMap, side', () => anomalyMap(floats(16), 4, 0), /side = 0/],
  ['indexNeighbours, NaN', (t) => indexNeighbours(t, floats(320, 40), 32, 1), /bank holds NaN in row 1/, InputError],
  ['indexNeighbours, empty', (t) => indexNeighbours(t, floats(0), 32, 1), /bank has 0 rows, fewer than 1/],
  ['indexNeighbours, d', (t) => indexNeighbours(t, floats(24), 8, 1), /d = 8 is not a multiple of 16/],
  ['indexNeighbours, k', (t) => indexNeighbours(t, floats(320), 32, 0), /k = 0/],
  [
    'search, NaN',
    async (t) => (await indexNeighbours(t, floats(320), 32, 1)).search(floats(64, 63)),
    /queries holds NaN in row 1/,
    InputError,
  ],
  [
    'search, length',
    async (t) => (await indexNeighbours(t, floats(320), 32, 1)).search(floats(63)),
    /queries has 63 values/,
  ],
  [
    'nearestInBanks, row',
    (t) => nearestInBanks(t, floats(320), 32, [Int32Array.of(0, 10)], floats(32)),
    /banks\[0\]\[1\] = 10 is not a row below 10/,
  ],
  [
    'nearestInBanks, empty',
    (t) => nearestInBanks(t, floats(320), 32, [Int32Array.of(1), Int32Array.of()], floats(32)),
    /banks\[1\] is empty/,
  ],
  ['nearestInBanks, none', (t) => nearestInBanks(t, floats(320), 32, [], floats(32)), /banks\.length = 0/],
  [
    'patchScores',
    () => patchScores({ rows: new Int32Array(6), squared: floats(5) }, null, 3),
    /squared has 5 values, not 6/,
  ],
  ['imageScores, NaN', () => imageScores(floats(6, 1), 3), /patches holds NaN/, InputError],
  ['imageScores, length', () => imageScores(floats(7), 3), /patches has 7 values, which are no whole rows of 3/],
  [
    'multiplyTransposed',
    (t) => multiplyTransposed(t, floats(7), floats(8), 4),
    /x has 7 values, which are no whole rows of 4/,
  ],
  ['collectPixels, map', () => collectPixels(4).add(floats(15), null), /map has 15 values, not 16/],
  ['collectPixels, mask', () => collectPixels(4).add(floats(16), new Uint8Array(9)), /mask has 9 values, not 16/],
  ['rankLabelled', () => rankLabelled([1, 2], [0]), /labels has 1 values, not 2/],
  ['regions', () => regions(new Uint8Array(8), 3), /mask has 8 values, not 9/],
  ['resample', () => resample(grey(4, 4, 15), 2, 2), /image\.data has 15 values, not 16/],
  ['centreCrop', () => centreCrop(grey(4, 4), 5), /size = 5 is not a whole number from 1 to 4/],
  ['normalise', () => normalise(grey(4, 4)), /image has 1 channels, not 3/],
  [
    'moveAffine',
    () => moveAffine(floats(15), 4, 1, { angle: 0, shiftX: 0, shiftY: 0, scale: 1, shear: 0 }),
    /pixels has 15 values, not 16/,
  ],
  [
    'moveAffine, scale',
    () => moveAffine(floats(16), 4, 1, { angle: 0, shiftX: 0, shiftY: 0, scale: 0, shear: 0 }),
    /affine\.scale = 0 is not above 0/,
  ],
  ['overlay', () => overlay({ ...grey(2, 2, 12), channels: 3 }, floats(5), 0, 1), /map has 5 values, not 4/],
  [
    'purityAlongPicks',
    () => purityAlongPicks('a', Int32Array.of(4), new Uint8Array(4)),
    /picks\[0\] = 4 is not a row below 4/,
  ],
  [
    'weightHistogram',
    () => weightHistogram('a', floats(4, 1), [false], new Uint8Array(4)),
    /weights holds NaN at 1/,
    InputError,
  ],
  [
    'weightQuality',
    () => weightQuality(floats(4), new Uint8Array(4), new Uint8Array(3)),
    /defects has 3 values, not 4/,
  ],
  ['tsne, NaN', () => tsne(floats(20, 7), 2), /points holds NaN in row 3/, InputError],
  ['tsne, perplexity', () => tsne(floats(20), 2, { perplexity: 0 }), /perplexity = 0 is not above 1/],
  ['createRandom', () => createRandom(1.5), /seed = 1\.5 is not a whole number/],
  ['createRandom, NaN', () => createRandom(Number.NaN), /seed = NaN is not a whole number/],
  ['integer', () => createRandom(1).integer(0), /below = 0 is not a whole number from 1/],
  ['distinct', () => createRandom(1).distinct(3, 4), /cannot draw 4 distinct numbers below 3/],
];

test('public numeric functions check their input at the door and name the argument', async (t) => {
  const threads = startThreads(2);
  t.after(() => threads.close());
  for (const [name, call, message, kind] of cases) {
    await t.test(name, async () => {
      const error = await Promise.resolve()
        .then(() => call(threads))
        .then(
          () => undefined,
          (thrown: Error) => thrown,
        );
      assert.match(error?.message ?? 'nothing was thrown', message);
      assert.ok(error instanceof (kind ?? RangeError), `a ${error?.constructor.name}`);
    });
  }
  // The threads are whole afterwards.
  const product = await multiplyTransposed(threads, Float32Array.of(1, 2, 3, 4), Float32Array.of(1, 1, 1, 1), 4);
  assert.deepEqual([...product], [10]);
});
