import assert from 'node:assert/strict';
import test from 'node:test';
import { loadOnnxRuntime } from '../../src/engine/onnx.js';
import { refuseTelemetry } from '../../src/engine/telemetry.js';
import { openLab } from '../../src/experiment/lab.js';

test('onnxruntime’s telemetry is off unless the user set it', () => {
  const env: NodeJS.ProcessEnv = {};
  refuseTelemetry(env);
  assert.equal(env.ORT_DISABLE_TELEMETRY, '1');
  const own = { ORT_DISABLE_TELEMETRY: '0' };
  refuseTelemetry(own);
  assert.equal(own.ORT_DISABLE_TELEMETRY, '0');
});

for (const [what, load] of [
  ['onnxruntime', loadOnnxRuntime],
  ['a lab', async () => (await openLab({ threads: 1, engine: 'wasm' })).close()],
] as const) {
  test(`${what} starts after that is set`, async () => {
    delete process.env.ORT_DISABLE_TELEMETRY;
    await load();
    // On the main thread process.env reads what native code reads.
    assert.equal(process.env.ORT_DISABLE_TELEMETRY, '1');
  });
}
