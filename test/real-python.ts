import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Kept from run to run, outside the checkout. */
const FOLDER = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'softpatch-lab-test', 'onnx');

/** Versions that tests are written for. */
const PACKAGES = ['onnxruntime', 'numpy', 'safetensors'];

/** A Python with onnxruntime from PyPI, installed where it is missing, or why it cannot be had. */
export async function realPython(more: readonly string[] = []): Promise<{ python: string } | string> {
  const python = join(FOLDER, 'bin', 'python');
  try {
    if (!existsSync(python)) await run('python3', ['-m', 'venv', FOLDER]);
    const wanted = [...PACKAGES, ...more];
    const there = await run(python, ['-c', `import ${wanted.join(', ')}`]).then(
      () => true,
      () => false,
    );
    if (!there) await run(python, ['-m', 'pip', 'install', '--quiet', ...wanted], { maxBuffer: 2 ** 26 });
    return { python };
  } catch (error) {
    return `Python with onnxruntime cannot be had: ${(error as Error).message.split('\n')[0]}`;
  }
}

/** What a Python program prints. */
export async function pythonPrints(python: string, program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(python, ['-c', program, ...args], { maxBuffer: 2 ** 26 });
  return stdout;
}
