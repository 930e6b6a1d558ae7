import assert from 'node:assert/strict';
import test from 'node:test';
import { plannedCompute, planStages, planText } from '../../src/device/plan.js';
import type { Engine } from '../../src/engine/names.js';
import type { Compute, Stage } from '../../src/engine/stage.js';
import { EXTRACT } from '../../src/features/extract.js';

/** A compute that says where it is. */
const side = (engine: Engine): Compute => ({
  engine,
  run: async () => engine as never,
  release: () => {},
});
const stage = (name: string): Stage<null, string> => ({ name, onThreads: async () => '' });

test('a device gets the stages that it clearly runs faster, and never one that was not measured', () => {
  const threads = { features: 1, search: 1, coreset: 1, weights: 1 };
  const device = { features: 0.2, search: 0.95, coreset: 3, weights: Number.MAX_VALUE, gaussians: 0.1 };
  assert.deepEqual(planStages(device, threads), ['features']);
  assert.deepEqual(planStages({}, threads), []);
});

test('the projection goes where features are read, if it runs there', () => {
  const threads = { features: 1, project: 1 };
  assert.deepEqual(planStages({ features: 0.5, project: 1.5 }, threads), ['features', 'project']);
  assert.deepEqual(planStages({ features: 2, project: 1.5 }, threads), []);
  assert.deepEqual(planStages({ features: 2, project: 0.5 }, threads), ['project']);
  assert.deepEqual(planStages({ features: 0.5, project: Number.MAX_VALUE }, threads), ['features']);
});

test('stages run where the plan says, and features are named by what ran them', async () => {
  const [device, threads] = [side('webgpu'), side('onnx')];
  const mixed = plannedCompute(device, threads, ['search']);
  assert.equal(await mixed.run(stage('search'), null), 'webgpu');
  assert.equal(await mixed.run(stage('coreset'), null), 'onnx');
  assert.equal(mixed.engine, 'onnx');
  assert.deepEqual(mixed.stages, { search: 'webgpu' });
  assert.equal(plannedCompute(device, threads, [EXTRACT.name]).engine, 'webgpu');
  assert.equal(planText(device, ['search', 'weights']), 'search, weights on webgpu, the rest on threads');
  assert.match(planText(device, []), /everything on threads, which were faster than webgpu/);
});
