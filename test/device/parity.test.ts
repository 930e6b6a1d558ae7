import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test, { after, before } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { encodePng } from '../../src/image/codec.js';
import { relativeError } from '../shared.js';
import type { StageResult } from './stages.js';

/** What a child prints of an engine. */
interface Report {
  about: string;
  ops: Record<string, number[] | string>;
  stages: Record<string, StageResult | string>;
}

const CHILD = fileURLToPath(new URL('./parity-child.js', import.meta.url));
/** Largest difference to the threads' results relative to the largest value. */
const BOUNDS: Record<string, number> = {
  'features and embedding': 1e-5,
  'features as maps': 1e-5,
  projection: 1e-5,
  'nearest distances': 1e-5,
  'gaussians fitted': 1e-4,
  'gaussians scored': 1e-4,
  'flow trained for 8 steps': 1e-4,
  'flow likelihoods': 1e-4,
  'weights by lof': 1e-4,
  'weights by lof-tensor': 1e-4,
  'weights by nearest': 1e-4,
  'weights by gaussian': 1e-4,
};

let root: string;
let images: string[];
let threads: Report;
let cpu: Report;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-parity-'));
  await writeDrawnCategory(root, 'bracket', { seed: 2, train: 2, good: 1, defective: 1, side: 96 }, encodePng);
  images = ['000.png', '001.png'].map((name) => join(root, 'bracket/train/good', name));
  threads = await present('threads');
  cpu = await present('cpu');
});
after(() => rm(root, { recursive: true, force: true }));

/** Results of an engine in a process of its own, or why it is not here. */
async function engine(name: string, env: Record<string, string> = {}): Promise<Report | { absent: string }> {
  const outcome = await new Promise<{ stdout: string; failure: string }>((done) => {
    const options = { env: { ...process.env, ...env }, maxBuffer: 2 ** 28, timeout: 500_000 };
    execFile(process.execPath, [CHILD, name, ...images], options, (error, stdout, stderr) =>
      done({ stdout, failure: error ? `${error.message} ${stderr}` : '' }),
    );
  });
  const last = outcome.stdout.trim().split('\n').at(-1);
  return last ? (JSON.parse(last) as Report) : { absent: `it ended: ${outcome.failure}` };
}

async function present(name: string): Promise<Report> {
  const report = await engine(name);
  if ('absent' in report) throw new Error(`${name}: ${report.absent}`);
  return report;
}

/** Every op against the plain JavaScript backend, every stage against the threads. */
function compare({ ops, stages }: Report): void {
  for (const [name, found] of Object.entries(ops)) {
    assert.ok(typeof found !== 'string', `${name}: ${found}`);
    const error = relativeError(found, cpu.ops[name] as number[]);
    assert.ok(error < 1e-6, `${name} differs by ${error}`);
  }
  assert.ok(Object.keys(stages).length > 0);
  for (const [name, found] of Object.entries(stages)) {
    const expected = threads.stages[name];
    assert.ok(typeof found !== 'string', `${name}: ${found}`);
    assert.ok(typeof expected !== 'string', `${name} on threads: ${expected}`);
    if ('rows' in found) assert.deepEqual(found, expected, name);
    else {
      const error = relativeError(found.values, (expected as { values: number[] }).values);
      assert.ok(error < BOUNDS[name], `${name} differs by ${error}`);
    }
  }
}

test('the plain JavaScript backend gives the threads’ results as a device', () => {
  assert.ok(Object.keys(cpu.ops).length > 10 && Object.keys(cpu.stages).length > 10);
  compare(cpu);
});

test('wasm gives every op, and the threads’ results as a device', async () => compare(await present('wasm')));

test('onnxruntime on the processor gives the threads’ features', async () => compare(await present('onnx')));

for (const name of ['tensorflow', 'tensorflow-gpu']) {
  test(`${name} gives every op, and the threads’ results`, async (t) => {
    const report = await engine(name);
    if ('absent' in report) t.skip(report.absent);
    else compare(report);
  });
}

// A real adapter where there is one, else a software driver out of a Debian package.
for (const name of ['webgpu', 'onnx:webgpu']) {
  test(`${name} gives the threads’ results`, async (t) => {
    let report = await engine(name);
    if ('absent' in report || Object.values(report.stages).some((result) => typeof result === 'string')) {
      const environment = await softwareVulkan().catch((error: Error) => error);
      if (environment instanceof Error) {
        t.skip(`no adapter, and no software driver: ${environment.message.split('\n')[0]}`);
        return;
      }
      report = await engine(name, environment);
    }
    if ('absent' in report) assert.fail(report.absent);
    t.diagnostic(report.about);
    compare(report);
  });
}

async function softwareVulkan(): Promise<Record<string, string>> {
  const script = pathToFileURL(resolve('scripts/software-vulkan.mjs')).href;
  const { softwareVulkan: unpacked } = (await import(script)) as {
    softwareVulkan(): Promise<Record<string, string>>;
  };
  return unpacked();
}
