import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What front ends are tested with; installed once, outside of the project. */
const PACKAGES = ['jupyterlab==4.6.6', 'nbclient==0.11.0', 'nbconvert==7.17.2', 'ipykernel==7.4.0'];

const home = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'softpatch-lab-test');
const environment = join(home, 'jupyter');
const bin = join(environment, process.platform === 'win32' ? 'Scripts' : 'bin');

/** A program of the environment, such as `python` or `jupyter`. */
export const python = (program: string): string => join(bin, program);

const hasPip = (command: string): boolean =>
  spawnSync(command, ['-c', 'import venv, ensurepip'], { stdio: 'ignore' }).status === 0;

/** Why tests with Jupyter are skipped here, or false. Checked before the tests are declared, so nothing is installed yet. */
export function withoutJupyter(): string | false {
  if (existsSync(python('jupyter-lab'))) return false;
  return hasPip('python3') ? false : 'python3 with venv and pip is missing';
}

/** Installs Jupyter into the cache folder where it is not there yet; tests beside this one wait for it. */
export async function installJupyter(): Promise<void> {
  await mkdir(home, { recursive: true });
  const lock = join(home, 'installing');
  while (true) {
    const mine = await mkdir(lock).then(
      () => true,
      () => false,
    );
    if (mine) break;
    await sleep(500);
  }
  try {
    if (existsSync(python('jupyter-lab'))) return;
    for (const [command, args] of [
      ['python3', ['-m', 'venv', environment]],
      [python('python'), ['-m', 'pip', 'install', '--quiet', ...PACKAGES]],
    ] as const) {
      const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
      if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
    }
  } finally {
    await rm(lock, { recursive: true });
  }
}
