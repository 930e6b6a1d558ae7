import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Kept from run to run, outside the checkout: 140 MB. */
const FOLDER = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'softpatch-lab-test', 'onnxruntime-web');

/** Folder of onnxruntime-web's files for a browser, from npm, or why it cannot be had. */
export async function realOnnxruntimeWeb(): Promise<{ folder: string } | string> {
  const folder = join(FOLDER, 'node_modules', 'onnxruntime-web', 'dist');
  if (!existsSync(folder)) {
    try {
      await mkdir(FOLDER, { recursive: true });
      await writeFile(join(FOLDER, 'package.json'), '{ "private": true }');
      const npm = promisify(execFile);
      await npm('npm', ['install', '--ignore-scripts', '--no-audit', 'onnxruntime-web@1.30.0'], { cwd: FOLDER });
    } catch (error) {
      return `onnxruntime-web cannot be had: ${(error as Error).message.split('\n')[0]}`;
    }
  }
  return { folder };
}
