import assert from 'node:assert/strict';
import test from 'node:test';
import { CONDITION } from '../../../src/detector/cflow/condition.js';
import { createOnnxTrainer } from '../../../src/detector/cflow/onnx-trainer.js';
import { drawMixing, freshParameters, parameterCount } from '../../../src/detector/cflow/parameters.js';
import { createTrainer, type FlowState } from '../../../src/detector/cflow/trainer.js';
import { importOnnxRuntime } from '../../../src/engine/onnx.js';
import { loadTensorFlow } from '../../../src/engine/tensorflow.js';
import { createRandom } from '../../../src/random.js';
import { relativeError } from '../../shared.js';

const FIBRE = 24;

function fresh(shape: { channels: number; blocks: number }): FlowState {
  const parameters = freshParameters(shape, createRandom(1), new Float32Array(parameterCount(shape)));
  return { parameters, first: parameters.map(() => 0), second: parameters.map(() => 0), steps: 0 };
}

function draw(rows: number, d: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: rows * d }, () => random.normal());
}

for (const mixing of ['permutation', 'rotation'] as const) {
  for (const channels of [6, 7]) {
    test(`${mixing} over ${channels} channels: losses, steps and likelihoods are those of TensorFlow.js`, async () => {
      const shape = { channels, blocks: 3 };
      const mixes = drawMixing(shape, mixing, createRandom(2));
      const [plain, own] = [fresh(shape), fresh(shape)];
      const reference = createTrainer(await loadTensorFlow('cpu'), shape, mixes, plain);
      const trainer = await createOnnxTrainer(await importOnnxRuntime(), shape, mixes, own, 1);
      for (let step = 0; step < 5; step++) {
        const [x, code] = [draw(FIBRE, channels, step), draw(FIBRE, CONDITION, 100 + step)];
        await reference.step(x, code, 1e-3);
        await trainer.step(x, code, 1e-3);
      }
      assert.ok(Math.abs((await trainer.loss()) - (await reference.loss())) < 1e-6);
      await reference.store();
      await trainer.store();
      assert.equal(own.steps, 5);
      for (const part of ['parameters', 'first', 'second'] as const) {
        const error = relativeError(own[part], plain[part]);
        assert.ok(error < 1e-5, `${part} differ by ${error}`);
      }
      const [x, code] = [draw(40, channels, 9), draw(40, CONDITION, 10)];
      const error = relativeError(await trainer.likelihood(x, code), await reference.likelihood(x, code));
      assert.ok(error < 1e-5, `likelihoods differ by ${error}`);
      await reference.dispose();
      await trainer.dispose();
    });
  }
}

test('a step’s result does not depend on the threads that share its products', async () => {
  const shape = { channels: 64, blocks: 2 };
  const mixes = drawMixing(shape, 'permutation', createRandom(3));
  const states = [fresh(shape), fresh(shape)];
  for (const [i, state] of states.entries()) {
    const trainer = await createOnnxTrainer(await importOnnxRuntime(), shape, mixes, state, i === 0 ? 1 : 3);
    for (let step = 0; step < 3; step++) {
      await trainer.step(draw(200, 64, step), draw(200, CONDITION, 50 + step), 1e-3);
    }
    await trainer.store();
    await trainer.dispose();
  }
  assert.deepEqual(states[1], states[0]);
});
