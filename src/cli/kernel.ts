import type { Command } from 'commander';
import { OWN_KERNEL, TSLAB_KERNEL, writeKernelSpec } from '../jupyter/install/kernel-spec.js';
import { dataFolder, type KernelPlace } from '../jupyter/install/place.js';
import { loadZeromq } from '../jupyter/protocol/sockets.js';

/** Options that say where a kernel is made known. */
export function addKernelPlace(command: Command): Command {
  return command
    .option('--user', 'the kernel is for this user (default): found by every Jupyter of theirs')
    .option('--prefix <dir>', "for the Jupyter of one Python environment: the environment's folder")
    .option('--to <dir>', 'into a folder of your own, for JUPYTER_PATH');
}

/** `softpatch kernel …`: the kernel that runs TypeScript notebooks in Jupyter. */
export function addKernel(program: Command): void {
  const install = program
    .command('kernel')
    .description('the kernel that runs TypeScript notebooks in JupyterLab, VS Code and any other Jupyter')
    .command('install')
    .description('make the kernel known to Jupyter');
  addKernelPlace(install)
    .option('--tslab', 'install "tslab (SoftPatch Lab)" instead, the former kernel (needs npm install tslab@1.0.22)')
    .addHelpText(
      'after',
      '\nExamples:\n  softpatch kernel install\n  softpatch kernel install --prefix "$VIRTUAL_ENV"\n  softpatch kernel install --to jupyter && JUPYTER_PATH=$PWD/jupyter jupyter lab',
    )
    .action(async ({ tslab, ...place }: KernelPlace & { tslab?: boolean }) => {
      const folder = dataFolder(place);
      await loadZeromq();
      const spec = tslab ? TSLAB_KERNEL : OWN_KERNEL;
      console.log(`"${spec.displayName}" is in ${await writeKernelSpec(folder, spec)}`);
      if (!place.to) console.log('Start jupyter lab, or choose it as the kernel of a notebook in VS Code.');
    });
}
