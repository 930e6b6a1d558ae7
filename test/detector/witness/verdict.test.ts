import assert from 'node:assert/strict';
import test from 'node:test';
import { falseDiscovery } from '../../../src/denoise/false-discovery.js';
import { decisionNote, decisionOf } from '../../../src/detector/witness/decision.js';
import { type JudgeName, witnessSettings } from '../../../src/detector/witness/settings.js';
import { reachVerdict } from '../../../src/detector/witness/verdict.js';
import { InputError } from '../../../src/errors.js';
import { createRandom } from '../../../src/random.js';

const SIDE = 8;
const POSITIONS = SIDE * SIDE;

/** Judgements around 1; the last images have a spot of 3 × 3 patches that is far more isolated. */
function judgements(clean: number, dirty: number): Float32Array {
  const random = createRandom(11);
  const values = Float32Array.from({ length: (clean + dirty) * POSITIONS }, () => Math.exp(0.05 * random.normal()));
  for (let i = clean; i < clean + dirty; i++) {
    for (const y of [3, 4, 5]) for (const x of [2, 3, 4]) values[i * POSITIONS + y * SIDE + x] = 1.8;
  }
  return values;
}

const verdictOf = (clean: number, dirty: number, set = {}) =>
  reachVerdict(new Map([['isolation', judgements(clean, dirty)]]), SIDE, witnessSettings(set));

test('nothing is doubted where no dirt shows', () => {
  const verdict = verdictOf(80, 0);
  assert.equal(verdict.doubted, null);
  assert.deepEqual([verdict.share, verdict.interval[0]], [0, 0]);
  assert.ok(verdict.suspected.every((flag) => flag === 0));
  const decision = decisionOf(verdict, 0);
  assert.deepEqual([decision.cleans, decision.suspects], [false, []]);
  assert.match(decisionNote(decision, 100), /nothing is doubted/);
});

test('dirty images are suspected, and their spot is doubted', () => {
  const verdict = verdictOf(80, 8);
  assert.ok(verdict.interval[0] > 0 && verdict.interval[0] <= 8 / 88 && 8 / 88 <= verdict.interval[1]);
  assert.deepEqual([...verdict.suspected.subarray(80)], new Array(8).fill(1));
  for (let i = 80; i < 88; i++) assert.equal(verdict.doubted![i * POSITIONS + 4 * SIDE + 3], 1, `image ${i}`);
  const share = verdict.doubted!.reduce((sum, flag) => sum + flag, 0) / verdict.doubted!.length;
  assert.ok(share < 0.1, `${share} of the patches`);
  const decision = decisionOf(verdict, 12);
  assert.ok(decision.suspects.slice(0, 8).every(({ image, judge }) => image >= 80 && judge === 'isolation'));
  assert.ok(decision.suspects.every(({ pValue }, i, all) => i === 0 || all[i - 1].pValue <= pValue));
  assert.match(decisionNote(decision, 100), /12 of 100 coreset rows/);
  assert.deepEqual(JSON.parse(JSON.stringify(decision)), decision, 'plain values');
});

test('likely dirt is enough where doubt costs little, and proof is asked for where it costs much', () => {
  // Twelve of 336 images stand out a little: more than clean ones would, and not so many that it is proof.
  const images = 336;
  const random = createRandom(5);
  const judged = Float32Array.from({ length: images * POSITIONS }, () => Math.exp(0.05 * random.normal()));
  for (let i = 0; i < 12; i++) for (let k = 0; k < 9; k++) judged[i * POSITIONS + k] = Math.exp(0.1 + 0.05 * (i / 12));
  const settings = witnessSettings({ few: 1, smooth: false });
  // Every patch has a twin as nearest, and a second neighbour `far` times as far: where the twin is doubted that one counts.
  const near = Float32Array.from(judged, () => random.uniform(1, 1.001));
  const at = (far: number) => ({
    patches: Int32Array.from({ length: 2 * judged.length }, (_, j) => (j >> 1) ^ 1),
    squared: Float32Array.from({ length: 2 * judged.length }, (_, j) => near[j >> 1] * (j % 2 === 0 ? 1 : far)),
  });
  const of = (far: number | null) =>
    reachVerdict(new Map([['isolation', judged]]), SIDE, settings, far === null ? null : at(far)).opinions[0];
  const [unasked, dear, cheap] = [null, 4, 1].map(of);
  assert.deepEqual([unasked.heard, unasked.price], [false, null]);
  assert.equal(dear.heard, false);
  assert.ok(dear.price! > 0.07, `${dear.price}`);
  assert.equal(cheap.heard, true);
  assert.ok(cheap.price! <= 0.07, `${cheap.price}`);
});

/** Neighbours of patches: a twin, and one `far` times as far, which counts where the twin is doubted. */
function twins(count: number, far: (patch: number) => number) {
  const random = createRandom(3);
  const near = Float32Array.from({ length: count }, () => random.uniform(1, 2));
  return {
    patches: Int32Array.from({ length: 2 * count }, (_, j) => (j >> 1) ^ 1),
    squared: Float32Array.from({ length: 2 * count }, (_, j) => near[j >> 1] * (j % 2 === 0 ? 1 : far(j >> 1))),
  };
}

test('without proof only that is doubted which no image needs, if the images are many enough to tell', () => {
  // One odd spot in one image: no proof of dirt.
  const images = 60;
  const judged = judgements(images, 0);
  const spot = (images - 1) * POSITIONS + 4 * SIDE + 3;
  for (const dy of [-SIDE, 0, SIDE]) for (const dx of [-1, 0, 1]) judged[spot + dy + dx] = 1.1;
  const of = (far: (patch: number) => number, set = {}) =>
    reachVerdict(new Map([['isolation', judged]]), SIDE, witnessSettings(set), twins(judged.length, far));
  const free = of(() => 1);
  const [{ heard, sparing, from, cut }] = free.opinions;
  assert.deepEqual([heard, sparing, from], [false, true, 4]);
  assert.equal(free.doubted![spot], 1);
  assert.deepEqual(
    [...free.doubted!],
    Array.from(free.opinions[0].judged, (value) => Number(value > cut)),
  );
  assert.match(decisionNote(decisionOf(free, 3), 100), /no dirt shows .* 3 of 100 coreset rows that no image needs/);
  // Its neighbours need the spot: whatever raises an image is not doubted.
  const needed = of(() => 100);
  assert.equal(needed.doubted, null);
  assert.equal(of(() => 1, { free: false }).doubted, null);
  assert.equal(of(() => 1, { cheap: 0.04 }).doubted, null, 'too few images for that share');
  assert.equal(reachVerdict(new Map([['isolation', judged]]), SIDE, witnessSettings()).doubted, null);
});

test('where nothing is doubted it is none of any images, and plain in the decision', () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = createRandom(seed);
    const judged = Float32Array.from({ length: 24 * POSITIONS }, () => Math.exp(0.05 * random.normal()));
    const verdict = reachVerdict(new Map([['lof', judged]]), SIDE, witnessSettings({ judges: 'lof', alpha: 1e-6 }));
    assert.equal(verdict.doubted, null, `seed ${seed}`);
    assert.deepEqual([verdict.opinions[0].from, verdict.opinions[0].cut], [null, Number.POSITIVE_INFINITY]);
  }
  // All alike: no deviation to count in.
  const alike = reachVerdict(
    new Map([['isolation', new Float32Array(60 * POSITIONS).fill(1)]]),
    SIDE,
    witnessSettings(),
    twins(60 * POSITIONS, () => 1),
  );
  assert.equal(alike.doubted, null);
  const decision = decisionOf(alike, 0);
  assert.deepEqual(JSON.parse(JSON.stringify(decision)), decision);
});

test('proven dirt is doubted sparingly where doubt is dear', () => {
  const judged = judgements(200, 20);
  const of = (far: (patch: number) => number) =>
    reachVerdict(new Map([['isolation', judged]]), SIDE, witnessSettings(), twins(judged.length, far)).opinions[0];
  const cheap = of(() => 1);
  assert.deepEqual([cheap.heard, cheap.sparing, cheap.price, cheap.from], [true, false, 0, 0.5]);
  const dear = of(() => 100);
  assert.ok(dear.heard && dear.sparing && dear.price! > 0.1 && (dear.from ?? 4) >= 4);
  assert.deepEqual(dear.condemned, falseDiscovery(dear.pValues, dear.share, 0.1));
});

test('of few images only what lies far out is doubted, and of those suspected at a fifth of the rate', () => {
  const verdict = verdictOf(40, 4);
  const [{ sparing, cut, median, deviation, judged, pValues, share, condemned }] = verdict.opinions;
  assert.deepEqual([sparing, verdictOf(200, 20).opinions[0].sparing], [true, false]);
  assert.equal(cut, Math.exp(median + 3.5 * deviation + 0.5 * deviation));
  assert.deepEqual(condemned, falseDiscovery(pValues, share, 0.1));
  assert.deepEqual([...verdict.suspected.subarray(40)], [1, 1, 1, 1]);
  const high = judged.slice().sort()[Math.floor((judged.length - 1) * 0.9)];
  const expected = Array.from(judged, (value, patch) =>
    Number(value > cut || (condemned[Math.floor(patch / POSITIONS)] === 1 && value > high)),
  );
  assert.deepEqual([...verdict.doubted!], expected);
  assert.equal(verdictOf(40, 4, { doubt: 'always' }).opinions[0].sparing, false);
  const far = Array.from(judged, (value) => Number(value > cut));
  assert.deepEqual([...verdictOf(40, 4, { few: 1, margin: 0, level: 4, quantile: 1 }).doubted!], far);
});

test('doubt may be forbidden and forced', () => {
  assert.equal(verdictOf(80, 8, { doubt: 'never' }).doubted, null);
  const forced = verdictOf(80, 0, { doubt: 'always', level: 0 });
  assert.ok(forced.doubted?.some((flag) => flag === 1));
});

test('a higher level doubts fewer patches, a lower quantile more', () => {
  const count = (set: object): number =>
    verdictOf(80, 8, { few: 1, ...set }).doubted!.reduce((sum, flag) => sum + flag, 0);
  assert.ok(count({ level: 4 }) < count({ level: 0 }));
  assert.ok(count({ quantile: 0.5 }) > count({ quantile: 1 }));
});

test('a judge that finds no dirt is not heard, and each is asked at half the level', () => {
  const blind = judgements(88, 0);
  const both = new Map<JudgeName, Float32Array>([
    ['isolation', judgements(80, 8)],
    ['lof', blind],
  ]);
  const { opinions, suspected } = reachVerdict(both, SIDE, witnessSettings({ judges: 'both' }));
  assert.deepEqual(
    opinions.map(({ heard }) => heard),
    [true, false],
  );
  assert.deepEqual(suspected, verdictOf(80, 8).suspected);
  assert.ok(opinions[1].suspects.every((flag) => flag === 0));
});

test('impossible switches are refused by name', () => {
  for (const set of [{ alpha: 0 }, { others: 0 }, { judges: 'nobody' }, { rate: 1 }, { tau: 0.1 }]) {
    assert.throws(() => witnessSettings(set), InputError);
  }
  assert.equal(witnessSettings({ level: '2.5' }).level, 2.5);
});
