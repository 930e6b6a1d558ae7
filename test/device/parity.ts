import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { encodePng } from '../../src/image/codec.js';
import { relativeError } from '../shared.js';
import type { StageResult } from './stage-runs.js';

/** What a child prints of an engine. */
export interface Report {
  about: string;
  ops: Record<string, number[] | string>;
  stages: Record<string, StageResult | string>;
}

const CHILD = fileURLToPath(new URL('./parity-child.js', import.meta.url));
/** Largest difference to the threads' results relative to the largest value. */
const BOUNDS: Record<string, number> = {
  'features and embedding': 1e-5,
  'features that stay': 1e-5,
  'features as maps': 1e-5,
  projection: 1e-5,
  'nearest distances': 1e-5,
  'distances to other images': 1e-5,
  'gaussians fitted': 1e-4,
  'gaussians scored': 1e-4,
  'flow trained for 8 steps': 1e-4,
  'flow likelihoods': 1e-4,
  'weights by lof': 1e-4,
  'weights by lof-tensor': 1e-4,
  'weights by nearest': 1e-4,
  'weights by gaussian': 1e-4,
};

/** The results that every engine is held to, on two drawn pictures. */
export interface Parity {
  cpu: Report;
  /** Results of an engine in a process of its own, or why it is not here. */
  engine(name: string, env?: Record<string, string>): Promise<Report | { absent: string }>;
  present(name: string, env?: Record<string, string>): Promise<Report>;
  /** Every op against the plain JavaScript backend, every stage against the threads. */
  compare(report: Report): void;
  close(): Promise<void>;
}

/** Draws the pictures and computes what is expected: stages on threads, ops on the plain JavaScript backend. */
export async function openParity(): Promise<Parity> {
  const root = await mkdtemp(join(tmpdir(), 'softpatch-parity-'));
  await writeDrawnCategory(root, 'bracket', { seed: 2, train: 2, good: 1, defective: 1, side: 96 }, encodePng);
  const images = ['000.png', '001.png'].map((name) => join(root, 'bracket/train/good', name));
  const present = async (name: string, env?: Record<string, string>): Promise<Report> => {
    const report = await engine(name, images, env);
    if ('absent' in report) throw new Error(`${name}: ${report.absent}`);
    return report;
  };
  const threads = await present('threads');
  const cpu = await present('cpu');
  return {
    cpu,
    engine: (name, env) => engine(name, images, env),
    present,
    compare: (report) => compare(report, cpu, threads),
    close: () => rm(root, { recursive: true, force: true }),
  };
}

async function engine(
  name: string,
  images: readonly string[],
  env: Record<string, string> = {},
): Promise<Report | { absent: string }> {
  const outcome = await new Promise<{ stdout: string; failure: string }>((done) => {
    const options = { env: { ...process.env, ...env }, maxBuffer: 2 ** 28 };
    execFile(process.execPath, [CHILD, name, ...images], options, (error, stdout, stderr) =>
      done({ stdout, failure: error ? `${error.message} ${stderr}` : '' }),
    );
  });
  const last = outcome.stdout.trim().split('\n').at(-1);
  return last ? (JSON.parse(last) as Report) : { absent: `it ended: ${outcome.failure}` };
}

function compare({ ops, stages }: Report, cpu: Report, threads: Report): void {
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
