import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { softwareVulkan } from '../software-vulkan.js';
import { openParity, type Parity } from './parity.js';

let parity: Parity;

before(async () => {
  parity = await openParity();
});
after(() => parity.close());

test('the plain JavaScript backend gives the threads’ results as a device', () => {
  assert.ok(Object.keys(parity.cpu.ops).length > 10 && Object.keys(parity.cpu.stages).length > 10);
  parity.compare(parity.cpu);
});

test('wasm gives every op, and the threads’ results as a device', async () =>
  parity.compare(await parity.present('wasm')));

test('onnxruntime on the processor gives the threads’ features', async () =>
  parity.compare(await parity.present('onnx')));

for (const name of ['tensorflow', 'tensorflow-gpu']) {
  test(`${name} gives every op, and the threads’ results`, async (t) => {
    const report = await parity.engine(name);
    if ('absent' in report) t.skip(report.absent);
    else parity.compare(report);
  });
}

// A real adapter where there is one, else a software driver out of a Debian package.
for (const name of ['webgpu', 'onnx:webgpu']) {
  test(`${name} gives the threads’ results`, async (t) => {
    let report = await parity.engine(name);
    if ('absent' in report || Object.values(report.stages).some((result) => typeof result === 'string')) {
      const environment = await softwareVulkan();
      if (typeof environment === 'string') return t.skip(`no adapter, and ${environment}`);
      report = await parity.engine(name, environment);
    }
    if ('absent' in report) assert.fail(report.absent);
    t.diagnostic(report.about);
    parity.compare(report);
  });
}
