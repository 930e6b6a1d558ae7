#!/usr/bin/env node
import { Command } from 'commander';
import { Cancelled } from '../errors.js';
import { packageVersion } from '../experiment/versions.js';
import { describeFailure } from './failure.js';
import { refuseIgnored } from './ignored-options.js';
import { checkOutputs } from './outputs.js';

/** Commands in the order of the help, each with what it needs: one alone is there sooner than all. */
const COMMANDS: Record<string, () => Promise<(program: Command) => void>> = {
  demo: async () => (await import('./demo.js')).addDemo,
  explore: async () => (await import('./explore.js')).addExplore,
  audit: async () => (await import('./audit.js')).addAudit,
  evaluate: async () => (await import('./evaluate.js')).addEvaluate,
  sweep: async () => (await import('./sweep.js')).addSweep,
  report: async () => (await import('./report.js')).addReport,
  run: async () => (await import('./run.js')).addRun,
  fit: async () => (await import('./fit.js')).addFit,
  detect: async () => (await import('./detect.js')).addDetect,
  export: async () => (await import('./export.js')).addExport,
  calibrate: async () => (await import('./calibrate.js')).addCalibrate,
  data: async () => (await import('./data.js')).addData,
  weights: async () => (await import('./weights.js')).addWeights,
  backbone: async () => (await import('./backbone.js')).addBackbone,
  cache: async () => (await import('./cache.js')).addCache,
  doctor: async () => (await import('./doctor.js')).addDoctor,
  engine: async () => (await import('./engine.js')).addEngine,
  kernel: async () => (await import('./kernel.js')).addKernel,
  notebooks: async () => (await import('./notebooks.js')).addNotebooks,
};

const program = new Command('softpatch')
  .description('anomaly detection when the training data is dirty')
  .version(packageVersion())
  .showHelpAfterError('(softpatch --help shows every command and its examples)')
  .addHelpText(
    'after',
    '\nExamples:\n  softpatch demo\n  softpatch data import mvtec_anomaly_detection.tar.xz\n  softpatch evaluate --data data/mvtec --category screw --noise 0.1 --overlap',
  );

const wanted = Object.hasOwn(COMMANDS, process.argv[2]) ? [process.argv[2]] : Object.keys(COMMANDS);

program.hook('preAction', async (_program, command) => {
  refuseIgnored(command);
  await checkOutputs(command);
});

// Work with a lab stops by itself; elsewhere an exit, unlike a signal's default, removes files that are half-written.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(code);
  });
}

try {
  for (const name of wanted) {
    const add = await COMMANDS[name]();
    add(program);
  }
  await program.parseAsync();
} catch (error) {
  console.error(describeFailure(error));
  process.exitCode = error instanceof Cancelled ? 130 : 1;
}
