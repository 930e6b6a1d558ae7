import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { Command } from 'commander';
import { bankLayers } from '../detector/bank-system.js';
import { InputError } from '../errors.js';
import { BACKBONES, nativeNetwork } from '../features/native-network.js';
import { loadParameters } from '../features/parameters.js';
import { fetchWeights, WEIGHTS_FOLDER, weightPath } from '../features/weight-files.js';
import { weightsIdentity } from '../features/weights-identity.js';
import { amount } from './options.js';
import { writeJsonOutput } from './outputs.js';
import { terminalReporter } from './reporter.js';

/** `softpatch weights …`: download, check and list weight files. */
export function addWeights(program: Command): void {
  const weights = program.command('weights').description('download, check and list weight files');
  weights
    .command('fetch')
    .description('download ImageNet weights of a backbone (resumes, falls over to the next source)')
    .argument('<name>', BACKBONES.join(', '))
    .option('--to <dir>', 'folder', WEIGHTS_FOLDER)
    .option('--source <url...>', 'further sources, tried first')
    .option('--sha256 <hex>', 'expected SHA-256 of the given sources')
    .option('--stall <seconds>', 'seconds without a byte before a retry', amount, 30)
    .option('--force', 'download even if the file is there')
    .addHelpText(
      'after',
      '\nExamples:\n  softpatch weights fetch wide_resnet50_2\n  softpatch weights fetch resnet18 --source http://mirror/r18.safetensors --sha256 …',
    )
    .action(
      async (
        name: string,
        options: { to: string; source?: string[]; sha256?: string; stall: number; force?: boolean },
      ) => {
        if (!BACKBONES.includes(name))
          throw new InputError(`there is no backbone "${name}"`, `Choose one of ${BACKBONES.join(', ')}`);
        const target = weightPath(name, options.to);
        if (existsSync(target) && !options.force) {
          console.log(`${target} is there already (--force downloads again)`);
          return;
        }
        const controller = new AbortController();
        process.once('SIGINT', () => controller.abort());
        const reporter = terminalReporter();
        const given = (options.source ?? []).map((url) => ({ url, sha256: options.sha256 }));
        const progress = reporter.stage(name);
        const { note } = reporter;
        try {
          await fetchWeights(name, target, given, {
            progress,
            note,
            signal: controller.signal,
            stall: options.stall * 1000,
          });
        } finally {
          reporter.stop();
        }
        console.log(`saved ${target}`);
      },
    );
  weights
    .command('check')
    .description('check a weight file tensor by tensor')
    .argument('<file>')
    .requiredOption('--backbone <name>', 'the network it is for')
    .option('--json <file>', 'write the outcome')
    .addHelpText('after', '\nExample:\n  softpatch weights check data/weights/resnet18.safetensors --backbone resnet18')
    .action(async (file: string, options: { backbone: string; json?: string }) => {
      const network = nativeNetwork(options.backbone, bankLayers(options.backbone));
      const { size: layers } = await loadParameters(network, file);
      const sha256 = await weightsIdentity({ backbone: options.backbone, weights: { kind: 'file', path: file } });
      if (options.json) await writeJsonOutput(options.json, { file, backbone: options.backbone, layers, sha256 });
      console.log(`${file} fits ${options.backbone}: ${layers} layers, SHA-256 ${sha256.slice(0, 16)}…`);
    });
  weights
    .command('list')
    .description('list the weight files in a folder')
    .option('--in <dir>', 'folder', WEIGHTS_FOLDER)
    .addHelpText('after', '\nExample:\n  softpatch weights list')
    .action(async (options: { in: string }) => {
      const files = await readdir(options.in).catch(() => []);
      const found = files.filter((file) => file.endsWith('.safetensors'));
      console.log(found.length > 0 ? found.join('\n') : `no weight files in ${options.in}`);
    });
}
