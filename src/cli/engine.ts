import { Argument, type Command } from 'commander';
import { findEngines } from '../doctor/find-engines.js';
import { BINDINGS, type BindingName } from '../engine/install/folder.js';
import { installBinding } from '../engine/install/install.js';
import { InputError } from '../errors.js';
import { terminalReporter } from './reporter.js';

/** `softpatch engine …`: builds engines that npm alone does not bring. */
export function addEngine(program: Command): void {
  const engine = program.command('engine').description('install engines that npm alone does not bring');
  engine
    .command('install')
    .description("build TensorFlow's binding for Node on a current TensorFlow (Linux), and check it")
    .addArgument(new Argument('<name>', 'on the processor, or on NVIDIA cards').choices(Object.keys(BINDINGS)))
    .option('--wheel <dir>', 'folder of an unzipped tensorflow wheel, used where it lies; else pip downloads one')
    .addHelpText(
      'after',
      `
Needs npm, a C++ compiler and Python with pip. The engine lies under $SOFTPATCH_ENGINES (~/.local/share/softpatch-lab/engines),
for every project of this user: 0.9 GB for the processor, 5 GB for a GPU with CUDA 12.5 and cuDNN 9.3.

Examples:
  softpatch engine install tensorflow-gpu
  softpatch engine install tensorflow --wheel ~/wheels/tensorflow`,
    )
    .action(runInstall);
}

async function runInstall(name: BindingName, { wheel }: { wheel?: string }): Promise<void> {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  const { note } = terminalReporter();
  const folder = await installBinding(name, { wheel, note, signal: controller.signal });
  const [found] = await findEngines([name]);
  if (found.state === 'skipped') throw new InputError(`${name} lies in ${folder}: ${found.reason}`, `${found.fix}`);
  const software = found.state === 'software' ? ', but finds no NVIDIA card with a driver' : '';
  console.log(`${name} works${software}: ${found.about}, in ${folder}`);
}
