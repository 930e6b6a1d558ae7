import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { findProfile, profileKey } from '../../src/device/tune.js';
import type { Compute, Stage } from '../../src/engine/stage.js';
import { temporaryFolder } from '../temporary.js';

/** A compute that only notes its stages; `fails` throws. */
function noting(seen: string[], fails?: string): Compute {
  return {
    engine: 'wasm',
    async run<Job, Result>({ name }: Stage<Job, Result>): Promise<Result> {
      seen.push(name);
      if (name === fails) throw new Error('no room');
      return { search: async () => null } as Result;
    },
    release: () => {},
  };
}

test('a machine is measured once, each stage on both sides; a stage that fails stays on threads', async (t) => {
  const file = join(await temporaryFolder(t), 'profiles.json');
  await writeFile(file, 'no JSON');
  const seen: string[] = [];
  const key = profileKey(['GPU', '1.0'], 4);
  const profile = await findProfile(key, noting(seen, 'coreset'), noting(seen), { file });
  const stages = ['features', 'project', 'weights', 'coreset', 'search', 'search of groups'];
  assert.deepEqual(Object.keys(profile.threads), stages);
  assert.deepEqual(new Set(seen), new Set(stages));
  assert.equal(profile.device.coreset, Number.MAX_VALUE);
  assert.ok(!profile.plan.includes('coreset'));
  const count = seen.length;
  assert.deepEqual(await findProfile(key, noting(seen), noting(seen), { file }), profile);
  assert.equal(seen.length, count, 'not measured again');
  await findProfile(key, noting(seen), noting(seen), { file, anew: true });
  assert.ok(seen.length > count);
  const { [key]: kept } = JSON.parse(await readFile(file, 'utf8')) as Record<string, typeof profile>;
  await writeFile(file, JSON.stringify({ [key]: { ...kept, threads: { features: 1 } } }));
  assert.deepEqual(Object.keys((await findProfile(key, noting(seen), noting(seen), { file })).threads), stages);
  assert.deepEqual(Object.keys(JSON.parse(await readFile(file, 'utf8')) as object), [key]);
});

test('another device, version or number of threads is another machine', () => {
  const keys = [profileKey(['A'], 4), profileKey(['B'], 4), profileKey(['A'], 8), profileKey(['A', '2'], 4)];
  assert.equal(new Set(keys).size, 4);
});
