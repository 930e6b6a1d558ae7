import type { Command } from 'commander';
import { writeCourse } from '../jupyter/install/course.js';
import { OWN_KERNEL, writeKernelSpec } from '../jupyter/install/kernel-spec.js';
import { dataFolder, type KernelPlace } from '../jupyter/install/place.js';
import { loadZeromq } from '../jupyter/protocol/sockets.js';
import { addKernelPlace } from './kernel.js';
import { terminalReporter } from './reporter.js';

/** `softpatch notebooks DIR`: a folder to teach or learn from. */
export function addNotebooks(program: Command): void {
  const command = program
    .command('notebooks')
    .description('a folder of your own with the notebooks, their drawn images and package.json; installs their kernel')
    .argument('<dir>', 'the folder; what is in it already stays');
  addKernelPlace(command)
    .addHelpText(
      'after',
      '\nExamples:\n  softpatch notebooks course && cd course && jupyter lab\n  softpatch notebooks course --prefix "$VIRTUAL_ENV"',
    )
    .action(async (folder: string, place: KernelPlace) => {
      const data = dataFolder(place);
      await loadZeromq();
      const names = await writeCourse(folder, terminalReporter());
      console.log(`${names.length} notebooks are in ${folder}`);
      console.log(`"${OWN_KERNEL.displayName}" is in ${await writeKernelSpec(data, OWN_KERNEL)}`);
      console.log(`Next: cd ${folder} && jupyter lab`);
    });
}
