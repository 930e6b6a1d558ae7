import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { SELECT_ROWS } from '../coreset/greedy.js';
import { PROJECT } from '../denoise/projection.js';
import { PATCH_WEIGHTS } from '../denoise/weights.js';
import { INDEX_GROUPS } from '../detector/group-index.js';
import { INDEX_NEIGHBOURS } from '../detector/neighbours.js';
import type { Compute } from '../engine/stage.js';
import { EXTRACT } from '../features/extract.js';
import { encodePng } from '../image/codec.js';
import { sharedFloats } from '../kernels/arena.js';
import { createRandom } from '../random.js';
import { writeJson } from '../storage/atomic.js';
import { type Plan, planStages, type StageSeconds } from './plan.js';

/** What was measured on a machine. */
interface Measured {
  device: StageSeconds;
  threads: StageSeconds;
}

/** What was measured on a machine, and what follows. */
export interface Profile extends Measured {
  plan: Plan;
}

const MEASURED: readonly { readonly name: string }[] = [
  EXTRACT,
  PROJECT,
  PATCH_WEIGHTS,
  SELECT_ROWS,
  INDEX_NEIGHBOURS,
  INDEX_GROUPS,
];

/** Where profiles lie, by machine and versions. */
export function profilesFile(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'softpatch-lab', 'profiles.json');
}

/** What a profile holds for: another machine, device, driver or version is measured anew. */
export function profileKey(versions: readonly string[], threads: number): string {
  const own = [cpus()[0]?.model ?? '', threads, process.version, ...versions];
  return createHash('sha256').update(JSON.stringify(own)).digest('hex').slice(0, 32);
}

/** The profile of a key, or one that is measured now, in some seconds, and kept. @param anew measures in any case. */
export async function findProfile(
  key: string,
  device: Compute,
  threads: Compute,
  { file = profilesFile(), anew = false }: { file?: string; anew?: boolean } = {},
): Promise<Profile> {
  const known = await readFile(file, 'utf8')
    .then((text) => JSON.parse(text) as Record<string, Measured>)
    .catch((): Record<string, Measured> => ({}));
  // One that was kept before a stage had another form lacks it.
  const isKept = !anew && Object.hasOwn(known, key) && MEASURED.every(({ name }) => name in known[key].threads);
  const measured = isKept ? known[key] : { device: await measureStages(device), threads: await measureStages(threads) };
  // Measured again where it cannot be kept.
  if (!isKept) await writeJson(file, { ...known, [key]: measured }).catch(() => {});
  // A device hands the stages that it has no form of to threads: measured twice, they differ by chance.
  const plan = planStages(measured.device, measured.threads).filter(
    (stage) => !device.stages || stage in device.stages,
  );
  return { ...measured, plan };
}

/** Seconds of small jobs of real shape, each once after a first that makes kernels ready. A stage that fails takes for ever. */
export async function measureStages(compute: Compute): Promise<StageSeconds> {
  const folder = await mkdtemp(join(tmpdir(), 'softpatch-tune-'));
  const seconds: Record<string, number> = {};
  try {
    for (const [stage, work] of Object.entries(await trials(folder))) {
      try {
        await work(compute);
        const begin = performance.now();
        await work(compute);
        seconds[stage] = (performance.now() - begin) / 1000;
      } catch {
        seconds[stage] = Number.MAX_VALUE;
      }
    }
  } finally {
    compute.release();
    await rm(folder, { recursive: true, force: true });
  }
  return seconds;
}

/** A small job of each stage, of the shapes that `screw` at 224 px gives ResNet18. */
async function trials(folder: string): Promise<Record<string, (compute: Compute) => Promise<unknown>>> {
  const random = createRandom(1);
  const drawn = (n: number, d: number): Float32Array => sharedFloats(n * d).map(() => random.normal());
  const noise = { width: 224, height: 224, channels: 3 } as const;
  const data = Uint8Array.from({ length: 224 * 224 * 3 }, () => random.integer(256));
  const path = join(folder, 'noise.png');
  await writeFile(path, await encodePng({ ...noise, data }));
  const spec = {
    backbone: 'resnet18',
    layers: ['layer2', 'layer3'],
    weights: { kind: 'random', seed: 1 },
    preprocessing: { resize: 224, crop: 224, filter: 'bilinear' },
  } as const;
  const images = Array.from({ length: 8 }, () => ({ path }));
  const rows = drawn(2048, 1024);
  const groups = Int32Array.from({ length: 2048 }, (_, row) => row >> 6);
  const projection = drawn(128, 1024);
  const z = drawn(16_384, 128);
  const anchors = { kind: 'starts', rows: random.distinct(16_384, 10) } as const;
  return {
    [EXTRACT.name]: (compute) => compute.run(EXTRACT, { spec, engine: compute.engine, images }),
    [PROJECT.name]: (compute) => compute.run(PROJECT, { rows, projection, dimensions: 1024 }),
    [PATCH_WEIGHTS.name]: (compute) =>
      compute.run(PATCH_WEIGHTS, { z, positions: 64, d: 128, options: { discriminator: 'lof', k: 5 } }),
    [SELECT_ROWS.name]: (compute) => compute.run(SELECT_ROWS, { z, d: 128, options: { count: 512, anchors } }),
    [INDEX_NEIGHBOURS.name]: async (compute) =>
      (await compute.run(INDEX_NEIGHBOURS, { bank: rows, d: 1024, k: 1 })).search(rows.subarray(0, 196 * 1024)),
    [INDEX_GROUPS.name]: async (compute) =>
      (await compute.run(INDEX_GROUPS, { bank: rows, d: 1024, groups, m: 5 })).search(
        rows.subarray(0, 196 * 1024),
        groups.subarray(0, 196),
      ),
  };
}
