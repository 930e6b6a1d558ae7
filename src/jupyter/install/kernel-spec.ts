import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderPng } from '../../figures/render.js';
import { writeAtomically } from '../../storage/atomic.js';
import { iconSvg } from './icon.js';

/** A kernel as Jupyter lists it. */
export interface KernelSpec {
  /** Name of its folder, and what saved notebooks call it. */
  name: string;
  displayName: string;
  /** The program, beside this folder. */
  program: string;
  interrupt: 'message' | 'signal';
}

/** Our kernel. */
export const OWN_KERNEL: KernelSpec = {
  name: 'softpatch-lab',
  displayName: 'TypeScript (SoftPatch Lab)',
  program: 'main.js',
  interrupt: 'message',
};

/** tslab, its worst faults mended. */
export const TSLAB_KERNEL: KernelSpec = {
  name: 'softpatch-lab-tslab',
  displayName: 'tslab (SoftPatch Lab)',
  program: 'tslab.js',
  interrupt: 'signal',
};

/**
 * Writes a kernel into a folder of Jupyter's. Paths are absolute, so that it works for any Jupyter and survives being copied; whoever
 * moves this package or its Node installs again.
 * @param data folder that has, or gets, `kernels`. @returns the kernel's folder. @throws InputError for a folder that cannot be written.
 */
export async function writeKernelSpec(
  data: string,
  { name, displayName, program, interrupt }: KernelSpec,
): Promise<string> {
  const folder = join(data, 'kernels', name);
  const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
  const spec = {
    argv: [process.execPath, path, '{connection_file}'],
    display_name: displayName,
    language: 'typescript',
    interrupt_mode: interrupt,
  };
  const svg = iconSvg();
  await writeAtomically(join(folder, 'logo-svg.svg'), svg);
  await writeAtomically(join(folder, 'logo-32x32.png'), renderPng(svg, 0.5));
  await writeAtomically(join(folder, 'logo-64x64.png'), renderPng(svg));
  await writeAtomically(join(folder, 'kernel.json'), `${JSON.stringify(spec, null, 1)}\n`);
  return folder;
}
