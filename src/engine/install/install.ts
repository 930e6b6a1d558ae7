import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../../errors.js';
import { writeError } from '../../storage/atomic.js';
import { BINDING, buildBinding } from './build.js';
import { BINDINGS, type BindingName, enginesFolder } from './folder.js';
import { checkWheel, type Downloading, downloadWheel, TENSORFLOW } from './wheel.js';

/**
 * Builds TensorFlow's binding for Node against a current TensorFlow: the way to CUDA 12 under tfjs-node-gpu, whose own download is
 * TensorFlow 2.9 for CUDA 11.2. An engine that is there is replaced once the new one is whole.
 * @param wheel folder of an unzipped wheel, used where it lies; downloaded with pip where left out.
 * @returns the engine's folder. @throws InputError saying what is missing; Cancelled, leaving nothing half-built.
 */
export async function installBinding(
  name: BindingName,
  { wheel, folder = enginesFolder(), ...work }: Downloading & { wheel?: string; folder?: string },
): Promise<string> {
  if (process.platform !== 'linux') {
    const own = `npm install ${BINDINGS[name]}@${BINDING} downloads a build for your system`;
    throw new InputError('wheels of other systems than Linux have no library to link', own);
  }
  if (wheel !== undefined) await checkWheel(resolve(wheel));
  const goal = join(folder, name);
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw writeError(folder, error);
  });
  const half = await mkdtemp(join(folder, `.${name}-`));
  try {
    if (wheel !== undefined) await symlink(resolve(wheel), join(half, 'wheel'));
    else {
      await downloadWheel(name, join(half, 'wheel'), work);
      await checkWheel(join(half, 'wheel'));
    }
    work.note(`building ${BINDINGS[name]} ${BINDING} on TensorFlow ${wheel ?? TENSORFLOW}`);
    await buildBinding(name, half, work.signal);
    const old = join(dirname(half), `.old-${name}-${process.pid}`);
    if (existsSync(goal)) await rename(goal, old);
    await rename(half, goal);
    await rm(old, { recursive: true, force: true });
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return goal;
}
