import assert from 'node:assert/strict';
import test from 'node:test';
import type { GreedyOptions } from '../../src/coreset/greedy.js';
import type { Device } from '../../src/device/device.js';
import { deviceGreedyCoreset } from '../../src/device/greedy.js';
import { Cancelled } from '../../src/errors.js';
import type { Watch } from '../../src/progress.js';
import { createRandom } from '../../src/random.js';
import { cpuDevice } from './cpu-device.js';

const D = 8;

function normal(n: number, seed = 1): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: n * D }, () => random.normal());
}

/** The plain loop: farthest row first, ties to the lowest; removed rows at 0 after the first pick. */
function plain(z: Float32Array, count: number, starts: readonly number[], kept?: Uint8Array): number[] {
  const n = z.length / D;
  const squared = (a: number, b: number): number => {
    let sum = 0;
    for (let i = 0; i < D; i++) sum += (z[a * D + i] - z[b * D + i]) ** 2;
    return sum;
  };
  const least = Array.from({ length: n }, (_, i) => {
    const mean = starts.reduce((sum, start) => sum + Math.sqrt(squared(i, start)), 0) / starts.length;
    return mean * mean;
  });
  const picks: number[] = [];
  for (let p = 0; p < count; p++) {
    const best = least.indexOf(Math.max(...least));
    picks.push(best);
    if (p === 0) for (let i = 0; i < n; i++) if (kept?.[i] === 0) least[i] = 0;
    for (let i = 0; i < n; i++) least[i] = Math.min(least[i], squared(i, best));
  }
  return picks;
}

const select = (device: Device, z: Float32Array, options: GreedyOptions, watch?: Watch): Promise<Int32Array> =>
  deviceGreedyCoreset(device, { z, d: D, options }, watch);
const starts = { kind: 'starts', rows: Int32Array.of(3, 50, 9) } as const;

test('the picks are those of the plain loop, over many small blocks', async () => {
  const z = normal(700);
  // 2,048 bytes a block of distances to 512 centres: one row of them after another.
  const picks = await select(await cpuDevice(2 ** 17), z, { count: 90, anchors: starts });
  assert.deepEqual([...picks], plain(z, 90, [3, 50, 9]));
});

test('removed rows are never picked after the first', async () => {
  const z = normal(300, 2);
  const kept = Uint8Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? 0 : 1));
  const picks = await select(await cpuDevice(), z, { count: 60, anchors: starts, kept });
  assert.deepEqual([...picks], plain(z, 60, [3, 50, 9], kept));
  assert.ok(picks.slice(1).every((row) => kept[row] === 1));
  const own = await select(await cpuDevice(), z, {
    count: 60,
    anchors: starts,
    kept,
    firstPickFromKept: true,
  });
  assert.ok(own.every((row) => kept[row] === 1));
});

test('where kept rows run out, row 0 is repeated; duplicates are not picked twice before', async () => {
  const z = normal(40, 3);
  z.copyWithin(20 * D, 0, 20 * D);
  const anchors = { kind: 'starts', rows: Int32Array.of(3, 30, 9) } as const;
  const picks = await select(await cpuDevice(), z, { count: 24, anchors });
  assert.equal(new Set([...picks.subarray(0, 20)].map((row) => row % 20)).size, 20);
  assert.deepEqual([...picks.subarray(20)], [0, 0, 0, 0]);
});

test('many equal rows end in row 0 too, also beyond what is followed of a block', async () => {
  const z = normal(200, 5);
  for (let i = 10; i < 200; i++) z.copyWithin(i * D, (i % 10) * D, ((i % 10) + 1) * D);
  const picks = await select(await cpuDevice(), z, { count: 15, anchors: starts });
  assert.equal(new Set([...picks.subarray(0, 10)].map((row) => row % 10)).size, 10);
  assert.deepEqual([...picks.subarray(10)], [0, 0, 0, 0, 0]);
});

test('impossible counts and a stop are errors', async () => {
  const device = await cpuDevice();
  const z = normal(20);
  await assert.rejects(select(device, z, { count: 21, anchors: starts }), /impossible/);
  const tensors = device.tf.memory().numTensors;
  const signal = AbortSignal.abort();
  const many = select(device, normal(600), { count: 400, anchors: starts }, { signal });
  await assert.rejects(many, Cancelled);
  assert.equal(device.tf.memory().numTensors, tensors, 'nothing stays on the device');
});

test('with firstPickFromKept the first kept row fills up what is asked for beyond', async () => {
  const different = normal(6, 3);
  const z = Float32Array.from({ length: 48 * D }, (_, i) => different[i % different.length]);
  const kept = Uint8Array.from({ length: 48 }, (_, i) => (i >= 12 && i < 30 ? 1 : 0));
  const picks = await select(await cpuDevice(), z, {
    count: 20,
    anchors: { kind: 'starts', rows: Int32Array.of(3, 40) },
    kept,
    firstPickFromKept: true,
  });
  assert.ok(
    picks.every((row) => kept[row] === 1),
    `${picks}`,
  );
  assert.equal(new Set(picks.map((row) => row % 6)).size, 6);
  const flat = new Float32Array(48 * D).fill(2);
  const same = await select(await cpuDevice(), flat, {
    count: 3,
    anchors: { kind: 'starts', rows: Int32Array.of(3) },
    kept,
    firstPickFromKept: true,
  });
  assert.deepEqual([...same], [12, 12, 12]);
});
