import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeJson } from '../storage/atomic.js';

const CHILD = fileURLToPath(new URL('./graphics-trial-child.js', import.meta.url));
/** Seconds a driver may take to say whether it has an adapter. */
const PATIENCE = 60;

const SLOW = `no adapter: the graphics driver did not answer in ${PATIENCE} s`;

/** Where it is remembered which drivers gave an adapter. */
export function trialsFile(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'softpatch-lab', 'graphics.json');
}

/**
 * Whether the drivers give an adapter, tried once in a process of its own: what loaders and drivers write does not reach the
 * terminal, and one that crashes takes nothing along. Remembered until a driver, a device or this Node changes.
 * @param manifests the drivers'. @returns null, or why there is no adapter.
 */
export async function tryGraphics(manifests: readonly string[], file: string = trialsFile()): Promise<string | null> {
  const key = trialKey(manifests);
  const known = await readFile(file, 'utf8')
    .then((text) => JSON.parse(text) as Record<string, string | null>)
    .catch((): Record<string, string | null> => ({}));
  if (Object.hasOwn(known, key)) return known[key];
  const outcome = await trial();
  // One that was slow may be faster another time; and not every place can be written to.
  if (outcome !== SLOW) await writeJson(file, { ...known, [key]: outcome }).catch(() => {});
  return outcome;
}

/** What a trial's outcome depends on. */
function trialKey(manifests: readonly string[]): string {
  const stamps = [...manifests, '/proc/driver/nvidia/version'].map((path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    return [path, found ? found.mtimeMs * Number(!path.startsWith('/proc')) : null];
  });
  let devices: string[] = [];
  try {
    devices = readdirSync('/dev/dri').sort();
  } catch {}
  const { LD_LIBRARY_PATH } = process.env;
  const all = [stamps, devices, process.version, LD_LIBRARY_PATH ?? null, fileURLToPath(import.meta.url)];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 32);
}

function trial(): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CHILD], { timeout: PATIENCE * 1000 }, (error, stdout) => {
      const said = stdout.trim().split('\n').at(-1);
      if (said === 'adapter') resolve(null);
      else if (error?.killed) resolve(SLOW);
      else if (error?.signal) resolve(`no adapter: a graphics driver ends the process (${error.signal})`);
      else resolve(said || 'no adapter: no graphics driver offers what WebGPU needs');
    });
  });
}
