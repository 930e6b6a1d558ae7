import assert from 'node:assert/strict';
import test from 'node:test';
import type { EngineFinding } from '../../src/doctor/engine-probe.js';
import { automatic, findEngines, probedEngines } from '../../src/doctor/find-engines.js';
import { ENGINES } from '../../src/engine/names.js';

test('every engine is probed on every system, with the providers that system can have', () => {
  for (const system of ['linux', 'win32', 'darwin', 'freebsd'] as const) {
    const probed = probedEngines(system);
    assert.deepEqual(
      probed.filter((engine) => !engine.includes(':')),
      [...ENGINES],
    );
  }
  assert.ok(probedEngines('darwin').includes('onnx:coreml') && !probedEngines('darwin').includes('onnx:cuda'));
  assert.ok(probedEngines('win32').includes('onnx:dml'));
});

test('auto takes the first that is ready, never software or a provider', () => {
  const findings: EngineFinding[] = [
    { engine: 'tensorflow-gpu', state: 'skipped' },
    { engine: 'webgpu', state: 'software' },
    { engine: 'onnx:webgpu', state: 'ready' },
    { engine: 'onnx', state: 'ready' },
    { engine: 'wasm', state: 'ready' },
  ];
  assert.equal(automatic(findings)?.engine, 'onnx');
  assert.equal(automatic(findings.slice(0, 3)), undefined);
});

test('an engine that is there is checked and timed, in a process of its own', async () => {
  const seen: string[] = [];
  const [found] = await findEngines(['onnx'], (engine) => seen.push(engine));
  assert.equal(found.state, 'ready');
  assert.ok(found.error! < 1e-5);
  // Null where a busy machine would take too long.
  assert.ok(found.imagesPerSecond === null || found.imagesPerSecond! > 0);
  assert.match(found.about!, /^onnxruntime \d/);
  assert.deepEqual(seen, ['onnx']);
});
