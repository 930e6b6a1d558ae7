import type { Command } from 'commander';
import { InputError } from '../errors.js';
import { prefixDataFolder, userDataFolder } from '../jupyter/install/jupyter-folders.js';
import { OWN_KERNEL, TSLAB_KERNEL, writeKernelSpec } from '../jupyter/install/kernel-spec.js';
import { loadZeromq } from '../jupyter/protocol/sockets.js';

interface InstallOptions {
  user?: boolean;
  prefix?: string;
  to?: string;
  tslab?: boolean;
}

/** `softpatch kernel …`: the kernel that runs TypeScript notebooks in Jupyter. */
export function addKernel(program: Command): void {
  program
    .command('kernel')
    .description('the kernel that runs TypeScript notebooks in JupyterLab, VS Code and any other Jupyter')
    .command('install')
    .description('make the kernel known to Jupyter')
    .option('--user', 'for this user (default): found by every Jupyter of theirs')
    .option('--prefix <dir>', "for the Jupyter of one Python environment: the environment's folder")
    .option('--to <dir>', 'into a folder of your own, for JUPYTER_PATH')
    .option('--tslab', 'install "tslab (SoftPatch Lab)" instead, the former kernel (needs npm install tslab@1.0.22)')
    .addHelpText(
      'after',
      '\nExamples:\n  softpatch kernel install\n  softpatch kernel install --prefix "$VIRTUAL_ENV"\n  softpatch kernel install --to jupyter && JUPYTER_PATH=$PWD/jupyter jupyter lab',
    )
    .action(async ({ user, prefix, to, tslab }: InstallOptions) => {
      if ([user, prefix, to].filter(Boolean).length > 1)
        throw new InputError('--user, --prefix and --to exclude each other', 'Give one of them');
      await loadZeromq();
      const spec = tslab ? TSLAB_KERNEL : OWN_KERNEL;
      const folder = to ?? (prefix === undefined ? userDataFolder() : prefixDataFolder(prefix));
      console.log(`"${spec.displayName}" is in ${await writeKernelSpec(folder, spec)}`);
      if (!to) console.log('Start jupyter lab, or choose it as the kernel of a notebook in VS Code.');
    });
}
