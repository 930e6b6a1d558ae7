import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installBinding } from '../../src/engine/install/install.js';

/** Kept from run to run, outside the checkout: 0.9 GB. */
const FOLDER = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'softpatch-lab-test', 'engines');

/** Environment in which the engine `tensorflow` is the real library, installed as a user would, or why it cannot be. */
export async function realTensorFlow(): Promise<Record<string, string> | string> {
  if (!existsSync(join(FOLDER, 'tensorflow'))) {
    const failure = await installBinding('tensorflow', { folder: FOLDER, note: () => {} }).then(
      () => null,
      (error: Error) => error.message.split('\n')[0],
    );
    if (failure !== null) return `the real TensorFlow cannot be had: ${failure}`;
  }
  return { SOFTPATCH_ENGINES: FOLDER, LD_LIBRARY_PATH: '' };
}
