import assert from 'node:assert/strict';
import test from 'node:test';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { CONDITION, positionalCode } from '../../../src/detector/cflow/condition.js';
import { createFlow } from '../../../src/detector/cflow/flow.js';
import {
  blockWidths,
  drawMixing,
  freshParameters,
  type Mixing,
  parameterCount,
  randomRotation,
  splitParameters,
} from '../../../src/detector/cflow/parameters.js';
import { createTrainer } from '../../../src/detector/cflow/trainer.js';
import { loadTensorFlow } from '../../../src/engine/tensorflow.js';
import { createRandom } from '../../../src/random.js';

/** The flow of docs/methods.md 6.1 in plain double precision, for one vector. */
function plainFlow(
  channels: number,
  parts: readonly (readonly [Float32Array, number[]])[],
  mixing: readonly Mixing[],
  x: readonly number[],
  code: readonly number[],
): { z: number[]; logDet: number } {
  const { passed, moved, inner } = blockWidths(channels);
  let at = [...x];
  let logDet = 0;
  for (const [b, mix] of mixing.entries()) {
    const [w1, b1, w2, b2, g, shift] = parts.slice(6 * b, 6 * b + 6).map(([values]) => values);
    const input = [...at.slice(0, passed), ...code];
    const hidden = Array.from({ length: inner }, (_, h) =>
      Math.max(
        0,
        input.reduce((sum, value, i) => sum + value * w1[i * inner + h], b1[h]),
      ),
    );
    const q = Array.from(
      { length: 2 * moved },
      (_, o) => 0.1 * hidden.reduce((sum, value, h) => sum + value * w2[h * 2 * moved + o], b2[o]),
    );
    const joined = at.map((value, c) => {
      if (c < passed) return value;
      const logScale = 1.9 * Math.tanh(q[c - passed]);
      logDet += logScale;
      return value * Math.exp(logScale) + q[moved + c - passed];
    });
    const scaled = joined.map((value, c) => {
      const gamma = 0.2 * Math.log(1 + Math.exp(g[c] / 2));
      logDet += Math.log(gamma);
      return value * gamma + shift[c];
    });
    at =
      mix.kind === 'permutation'
        ? scaled.map((_, c) => scaled[mix.order[c]])
        : scaled.map((_, c) => scaled.reduce((sum, value, k) => sum + value * mix.matrix[c * channels + k], 0));
  }
  return { z: at, logDet };
}

/** log|det| by elimination. */
function logAbsDeterminant(rows: number[][]): number {
  const work = rows.map((row) => [...row]);
  let log = 0;
  for (let c = 0; c < work.length; c++) {
    const pivot = work.reduce((best, row, r) => (r >= c && Math.abs(row[c]) > Math.abs(work[best][c]) ? r : best), c);
    [work[c], work[pivot]] = [work[pivot], work[c]];
    log += Math.log(Math.abs(work[c][c]));
    for (let r = c + 1; r < work.length; r++) {
      const factor = work[r][c] / work[c][c];
      work[r] = work[r].map((value, k) => value - factor * work[c][k]);
    }
  }
  return log;
}

for (const kind of ['permutation', 'rotation'] as const) {
  for (const channels of [6, 7]) {
    test(`blocks with ${kind} of ${channels} channels: values, inverse, and log-determinant`, async () => {
      const tf = await loadTensorFlow();
      const random = createRandom(channels);
      const shape = { channels, blocks: 3 };
      const mixing = drawMixing(shape, kind, random);
      const flat = freshParameters(shape, random, new Float32Array(parameterCount(shape)));
      // Away from neutral scales and zero shifts, with subnets strong enough to matter.
      for (let i = 0; i < flat.length; i++) flat[i] = flat[i] * 1.5 + 0.05 * random.normal();
      const parts = splitParameters(shape, flat);
      const parameters: Tensor[] = parts.map(([values, own]) => tf.tensor(values.slice(), own));
      const flow = createFlow(tf, shape, mixing);
      const n = 5;
      const x = Float32Array.from({ length: n * channels }, () => random.normal() * 2);
      const code = Float32Array.from({ length: n * CONDITION }, () => random.uniform(-1, 1));
      const inputs = [tf.tensor2d(x, [n, channels]), tf.tensor2d(code, [n, CONDITION])] as const;
      const { z, logDet } = flow.forward(parameters, ...inputs);
      const [zs, dets] = [await z.data(), await logDet.data()];
      const back = await flow.inverse(parameters, z as Tensor2D, inputs[1]).data();
      for (let i = 0; i < x.length; i++)
        assert.ok(Math.abs(back[i] - x[i]) < 1e-5 * (1 + Math.abs(x[i])), `${back[i]}`);
      for (let i = 0; i < n; i++) {
        const own = [...x.subarray(i * channels, (i + 1) * channels)];
        const ownCode = [...code.subarray(i * CONDITION, (i + 1) * CONDITION)];
        const at = (moved: number[]): ReturnType<typeof plainFlow> =>
          plainFlow(channels, parts, mixing, moved, ownCode);
        const plain = at(own);
        for (let c = 0; c < channels; c++) {
          const error = Math.abs(zs[i * channels + c] - plain.z[c]);
          assert.ok(error < 2e-5 * (1 + Math.abs(plain.z[c])), `z ${error}`);
        }
        const h = 1e-5;
        const jacobian = own.map((_, k) => {
          const step = (sign: number): number[] => at(own.map((v, c) => (c === k ? v + sign * h : v))).z;
          const [up, down] = [step(1), step(-1)];
          return up.map((value, c) => (value - down[c]) / (2 * h));
        });
        assert.ok(Math.abs(logAbsDeterminant(jacobian) - plain.logDet) < 1e-6, 'numerical Jacobian');
        assert.ok(Math.abs(dets[i] - plain.logDet) < 2e-5 * (1 + Math.abs(plain.logDet)), 'log-determinant');
      }
    });
  }
}

test('a random rotation is orthonormal with determinant 1', () => {
  const d = 9;
  const matrix = randomRotation(d, createRandom(2));
  const rows = Array.from({ length: d }, (_, r) => [...matrix.subarray(r * d, (r + 1) * d)]);
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d; b++) {
      const dot = rows[a].reduce((sum, value, k) => sum + value * rows[b][k], 0);
      assert.ok(Math.abs(dot - (a === b ? 1 : 0)) < 1e-6);
    }
  }
  assert.ok(Math.abs(logAbsDeterminant(rows)) < 1e-6);
});

test('gradients of the loss equal finite differences', async () => {
  const tf = await loadTensorFlow();
  const random = createRandom(5);
  const shape = { channels: 4, blocks: 2 };
  const flow = createFlow(tf, shape, drawMixing(shape, 'permutation', random));
  const flat = freshParameters(shape, random, new Float32Array(parameterCount(shape)));
  const x = tf.tensor2d(
    Float32Array.from({ length: 40 }, () => random.normal()),
    [10, 4],
  );
  const code = tf.tensor2d(
    Float32Array.from({ length: 10 * CONDITION }, () => random.normal()),
    [10, CONDITION],
  );
  const parameters = splitParameters(shape, flat).map(([values, own]) => tf.tensor(values.slice(), own));
  const { grads } = tf.valueAndGrads((...own) => flow.loss(own, x, code) as never)(parameters);
  // Along the gradient itself the loss changes by its length.
  const values = await Promise.all(grads.map(async (gradient) => (await gradient.data()) as Float32Array));
  const length = Math.sqrt(values.reduce((sum, own) => own.reduce((total, value) => total + value * value, sum), 0));
  for (const part of [grads.map(() => 1), ...grads.map((_, i) => grads.map((__, j) => (i === j ? 1 : 0)))]) {
    const own = Math.sqrt(
      values.reduce((sum, each, i) => each.reduce((total, value) => total + part[i] * value * value, sum), 0),
    );
    const lossAt = async (h: number): Promise<number> => {
      const moved = parameters.map((tensor, i) => tf.add(tensor, tf.mul(grads[i], (part[i] * h) / own)));
      return (await flow.loss(moved, x, code).data())[0];
    };
    const h = 0.02;
    const numerical = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h);
    assert.ok(Math.abs(numerical - own) < 0.02 * own + 1e-4, `${part}: ${numerical}, ${own}`);
  }
  assert.ok(length > 0.1);
});

test('training lowers the loss on a known density and recovers its likelihood within 0.05 a channel', async () => {
  const tf = await loadTensorFlow();
  const random = createRandom(3);
  const shape = { channels: 4, blocks: 4 };
  const count = parameterCount(shape);
  const state = {
    parameters: freshParameters(shape, random, new Float32Array(count)),
    first: new Float32Array(count),
    second: new Float32Array(count),
    steps: 0,
  };
  const trainer = createTrainer(tf, shape, drawMixing(shape, 'permutation', random), state);
  // Correlated normal channels of deviation about 2.5: so unlikely everywhere that −log sigmoid ℓ is −ℓ, maximum likelihood.
  const lower = [[2.5], [1.2, 2], [-1, 0.7, 2], [1.5, -0.6, 0.3, 3]];
  const draw = (n: number): Float32Array => {
    const vectors = new Float32Array(n * 4);
    for (let i = 0; i < n; i++) {
      const normal = lower.map(() => random.normal());
      lower.forEach((row, a) => {
        vectors[i * 4 + a] = 4 * (i % 2) + row.reduce((sum, value, b) => sum + value * normal[b], 0);
      });
    }
    return vectors;
  };
  // The mean depends on the position, so the code has to be used.
  const grid = positionalCode(2);
  const codes = (n: number): Float32Array =>
    Float32Array.from({ length: n * CONDITION }, (_, i) => grid[i % grid.length]);
  const losses: number[] = [];
  for (let epoch = 0; epoch < 4; epoch++) {
    for (let s = 0; s < 60; s++) await trainer.step(draw(128), codes(128), epoch < 3 ? 0.01 : 0.002);
    losses.push(await trainer.loss());
  }
  assert.ok(losses[1] < losses[0] && losses.at(-1)! < losses[1], losses.join(', '));
  const found = await trainer.likelihood(draw(2000), codes(2000));
  const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
  const logDeterminant = Math.log(2.5 * 2 * 2 * 3);
  const expected = -(0.5 * 4 * Math.log(2 * Math.PI * Math.E) + logDeterminant) / 4;
  assert.ok(Math.abs(mean - expected) < 0.05, `${mean} is not ${expected}`);
  trainer.dispose();
});
