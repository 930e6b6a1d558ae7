import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { gather } from '../../src/detector/bank.js';
import { leaveOutScores } from '../../src/detector/leave-out.js';
import { openLab } from '../../src/experiment/lab.js';
import { EMBEDDING_DIMENSIONS } from '../../src/features/embedding.js';
import { sharedFloats } from '../../src/kernels/arena.js';
import { createRandom } from '../../src/random.js';

const d = EMBEDDING_DIMENSIONS;
const lab = await openLab({ engine: 'wasm', threads: 2 });
after(() => lab.close());

const POSITIONS = 40;
const IMAGES = 5;

function patches(): Float32Array {
  const random = createRandom(11).fork('leave-out');
  return sharedFloats(IMAGES * POSITIONS * d).map(() => random.normal());
}

/** By the definition: drop the image's own rows, average the k nearest of the others, weigh by the nearest, take the largest. */
function brute(
  rows: Float32Array,
  picks: Int32Array,
  weights: Float32Array | null,
  k: number,
  image: number,
  pictureOf: (patch: number) => number = (patch) => Math.floor(patch / POSITIONS),
): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let patch = 0; patch < IMAGES * POSITIONS; patch++) {
    if (pictureOf(patch) !== image) continue;
    const others = [...picks].flatMap((pick, row) => {
      if (pictureOf(pick) === image) return [];
      let squared = 0;
      for (let c = 0; c < d; c++) squared += (rows[patch * d + c] - rows[pick * d + c]) ** 2;
      return [{ row, squared }];
    });
    const nearest = others.sort((a, b) => a.squared - b.squared).slice(0, k);
    const mean = nearest.reduce((sum, { squared }) => sum + squared, 0) / nearest.length;
    most = Math.max(most, mean * (weights ? weights[nearest[0].row] : 1));
  }
  return most;
}

const all = Array.from({ length: IMAGES * POSITIONS }, (_, i) => i);
for (const [what, chosen] of [
  ['spread evenly', all.filter((i) => i % 3 === 0)],
  // 80 rows of which image 2 owns 30: more than the first depth looks at, then more than the second.
  ['mostly of one image', all.filter((i) => Math.floor(i / POSITIONS) === 2 || i % 23 === 0)],
] as const) {
  for (const k of [1, 3]) {
    for (const weighted of [false, true]) {
      test(`leaving one image out is exact: rows ${what}, ${k} neighbours${weighted ? ', weights' : ''}`, async () => {
        const rows = patches();
        const picks = Int32Array.from(chosen);
        const all = Float32Array.from({ length: IMAGES * POSITIONS }, (_, i) => 0.5 + (i % 7) / 7);
        const bank = gather({ rows, dimensions: d }, picks, all, { softWeights: weighted });
        const source = {
          count: IMAGES * POSITIONS,
          positions: POSITIONS,
          dimensions: d,
          key: '',
          rows: async () => rows,
          stay: async () => rows,
        };
        // Near copies, so that a patch's own rows crowd the front.
        for (let i = 2 * POSITIONS + 1; i < 3 * POSITIONS; i++) {
          for (let c = 0; c < d; c++)
            rows[i * d + c] = rows[2 * POSITIONS * d + c] + (rows[i * d + c] / 50) * (1 + (c % 2));
        }
        const own = gather({ rows, dimensions: d }, picks, all, { softWeights: weighted });
        assert.notDeepEqual(own.rows, bank.rows);
        const images = [0, 2, 4];
        const found = await leaveOutScores(lab, source, own, k, images);
        for (const [i, image] of images.entries()) {
          const expected = brute(rows, picks, own.weights, k, image);
          assert.ok(Math.abs(found[i] / expected - 1) < 1e-5, `image ${image}: ${found[i]}, by hand ${expected}`);
        }
      });
    }
  }
}

test('of pictures seen in tiles a whole picture is left out, and with many own rows the bank without them is searched', async () => {
  const rows = patches();
  // Tiles of a picture are alike, so that its own rows crowd the front.
  for (let i = 0; i < 2 * POSITIONS; i++) for (let c = 0; c < d; c++) rows[i * d + c] = rows[c] + rows[i * d + c] / 50;
  const picks = Int32Array.from(all.filter((i) => i % 2 === 0));
  const weights = Float32Array.from(all, (i) => 0.5 + (i % 7) / 7);
  const bank = gather({ rows, dimensions: d }, picks, weights, { softWeights: true });
  const source = { count: all.length, positions: POSITIONS, dimensions: d, key: '' };
  const read = { ...source, rows: async () => rows, stay: async () => rows };
  const pictures = Int32Array.of(0, 0, 1, 1, 2);
  for (const k of [1, 3]) {
    for (const deepest of [255, 10]) {
      const found = await leaveOutScores(lab, read, bank, k, [0, 2], pictures, deepest);
      for (const [i, picture] of [0, 2].entries()) {
        const expected = brute(
          rows,
          picks,
          bank.weights,
          k,
          picture,
          (patch) => pictures[Math.floor(patch / POSITIONS)],
        );
        assert.ok(Math.abs(found[i] / expected - 1) < 1e-5, `picture ${picture}: ${found[i]}, by hand ${expected}`);
      }
    }
  }
});

test('where every row is the image’s own there is no score', async () => {
  const rows = patches();
  const bank = gather({ rows, dimensions: d }, Int32Array.of(0, 1, 2), null, { softWeights: false });
  const source = {
    count: IMAGES * POSITIONS,
    positions: POSITIONS,
    dimensions: d,
    key: '',
    rows: async () => rows,
    stay: async () => rows,
  };
  const [own, other] = await leaveOutScores(lab, source, bank, 1, [0, 1]);
  assert.equal(own, Number.POSITIVE_INFINITY);
  assert.ok(Number.isFinite(other));
});
