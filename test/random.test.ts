import assert from 'node:assert/strict';
import test from 'node:test';
import { createRandom, randomFromDraw } from '../src/random.js';

test('createRandom(seed) repeats for the same seed and differs for another', () => {
  const draw = (seed: number): number[] => Array.from({ length: 5 }, createRandom(seed).next);
  assert.deepEqual(draw(3), draw(3));
  assert.notDeepEqual(draw(3), draw(4));
});

test('first draws of small and neighbouring seeds are spread evenly', () => {
  const tenths = new Float64Array(10);
  let sum = 0;
  for (let seed = -1000; seed < 1000; seed++) {
    const first = createRandom(seed).next();
    tenths[Math.floor(first * 10)]++;
    sum += first * createRandom(seed + 1).next();
  }
  for (const count of tenths) assert.ok(Math.abs(count - 200) < 60, `${[...tenths]}`);
  assert.ok(Math.abs(sum / 2000 - 0.25) < 0.02, 'neighbours are independent');
  assert.notEqual(createRandom(1).next(), createRandom(1 + 2 ** 32).next(), 'the upper half of a seed counts');
});

test('forks and draws from drawn seeds stay what they were when results were written', () => {
  const noise = createRandom(0).fork('noise');
  assert.deepEqual([noise.next(), noise.integer(1000)], [0.9571315849475289, 958]);
  assert.equal(noise.normal(), -1.4150327588347134);
  assert.deepEqual([...noise.distinct(50, 4)], [47, 33, 32, 44]);
  const deep = createRandom(7).fork('a').fork('b');
  assert.deepEqual([deep.next(), deep.integer(1000)], [0.1866798496773493, 844]);
  assert.equal(randomFromDraw(123456789).next(), 0.16035048145688657);
});

test('distinct(below, count) draws different numbers, evenly', () => {
  const random = createRandom(1);
  const counts = new Float64Array(10);
  for (let i = 0; i < 5000; i++) {
    const drawn = random.distinct(10, 3);
    assert.equal(new Set(drawn).size, 3);
    for (const value of drawn) counts[value]++;
  }
  for (const count of counts) assert.ok(Math.abs(count - 1500) < 150, `${count} of 1500`);
  assert.throws(() => random.distinct(2, 3), RangeError);
});

test('normal() has mean 0 and variance 1', () => {
  const random = createRandom(2);
  const values = Array.from({ length: 20000 }, () => random.normal());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  assert.ok(Math.abs(mean) < 0.03 && Math.abs(variance - 1) < 0.05);
});

test('fork(purpose) does not depend on draws made before', () => {
  const a = createRandom(5);
  const b = createRandom(5);
  b.next();
  assert.equal(a.fork('x').next(), b.fork('x').next());
  assert.notEqual(a.fork('x').next(), a.fork('y').next());
});
