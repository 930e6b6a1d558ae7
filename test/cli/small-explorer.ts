import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { encodePng } from '../../src/image/codec.js';

/** Options of features and noise that make work small. */
export const SMALL: readonly string[] =
  '--weights random --resize 96 --crop 96 --engine wasm --threads 2 --noise 0.25 --overlap'.split(' ');

/** A folder with a drawn category of few images. */
export async function smallCategory(train = 12): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'softpatch-explore-'));
  await writeDrawnCategory(root, 'bracket', { seed: 4, train, good: 4, defective: 2 }, encodePng);
  return root;
}

/** `softpatch explore` of a {@link smallCategory}, and its address once it has said it. */
export async function startExplorer(root: string): Promise<{ child: ChildProcess; url: string }> {
  const data = ['--data', root, '--category', 'bracket', '--cache', join(root, 'cache')];
  const choices = '--ratio 0.1 --ratios 0.1,0.2 --noises 0,0.25 --ks 3,6'.split(' ');
  const args = ['build/src/cli/main.js', 'explore', ...data, ...choices, ...SMALL];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      said += chunk;
      const found = /http:\/\/127\.0\.0\.1:\S+/.exec(said);
      if (found) resolve(found[0]);
    });
    child.once('exit', () => reject(new Error(`explore ended: ${said}`)));
  });
  return { child, url };
}
