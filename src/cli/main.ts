#!/usr/bin/env node
import { Command } from 'commander';
import { Cancelled } from '../errors.js';
import { packageVersion } from '../experiment/versions.js';
import { addAudit } from './audit.js';
import { addBackbone } from './backbone.js';
import { addCache } from './cache.js';
import { addCalibrate } from './calibrate.js';
import { addData } from './data.js';
import { addDemo } from './demo.js';
import { addDetect } from './detect.js';
import { addDoctor } from './doctor.js';
import { addEngine } from './engine.js';
import { addEvaluate } from './evaluate.js';
import { addExplore } from './explore.js';
import { addExport } from './export.js';
import { describeFailure } from './failure.js';
import { addFit } from './fit.js';
import { refuseIgnored } from './ignored-options.js';
import { addKernel } from './kernel.js';
import { addNotebooks } from './notebooks.js';
import { checkOutputs } from './outputs.js';
import { addReport } from './report.js';
import { addRun } from './run.js';
import { addSweep } from './sweep.js';
import { addWeights } from './weights.js';

const program = new Command('softpatch')
  .description('anomaly detection when the training data is dirty')
  .version(packageVersion())
  .showHelpAfterError('(softpatch --help shows every command and its examples)')
  .addHelpText(
    'after',
    '\nExamples:\n  softpatch demo\n  softpatch data import mvtec_anomaly_detection.tar.xz\n  softpatch evaluate --data data/mvtec --category screw --noise 0.1 --overlap',
  );

for (const add of [
  addDemo,
  addExplore,
  addAudit,
  addEvaluate,
  addSweep,
  addReport,
  addRun,
  addFit,
  addDetect,
  addExport,
  addCalibrate,
  addData,
  addWeights,
  addBackbone,
  addCache,
  addDoctor,
  addEngine,
  addKernel,
  addNotebooks,
])
  add(program);

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
  await program.parseAsync();
} catch (error) {
  console.error(describeFailure(error));
  process.exitCode = error instanceof Cancelled ? 130 : 1;
}
