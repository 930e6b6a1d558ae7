import type { Command } from 'commander';
import { loadDetector } from '../detector/model.js';
import { exportDetector } from '../experiment/export-onnx.js';
import { locateWeights } from '../experiment/locate-weights.js';
import { writeAtomically } from '../storage/atomic.js';
import { number, whole } from './options.js';
import { writeJsonOutput } from './outputs.js';

interface Options {
  onnx: string;
  raw?: boolean;
  half?: boolean;
  batch?: number;
  threshold?: number;
  weights?: string;
  json?: string;
}

/** `softpatch export`: a saved detector as one ONNX graph. */
export function addExport(program: Command): void {
  program
    .command('export')
    .description('write a saved detector as one ONNX graph, from images to score, level and map')
    .argument('<detector>', 'file made by softpatch fit')
    .requiredOption('--onnx <file>', 'where to write the graph')
    .option('--raw', 'take RGB bytes at the size the detector sees, not normalised floats')
    .option('--half', 'keep the memory bank in half precision; scores change in the fourth digit')
    .option('--batch <n>', 'images a run takes (default: any number)', whole)
    .option('--threshold <score>', "decision threshold behind the level (default: the detector's)", number)
    .option('--weights <file>', "the backbone's weights, if they moved")
    .option('--json <file>', 'write what was exported; - is standard output')
    .addHelpText('after', '\nExample:\n  softpatch export screw.safetensors --onnx screw.onnx --raw')
    .action(runExport);
}

async function runExport(model: string, options: Options): Promise<void> {
  const { onnx, raw, half, batch, threshold: decisionThreshold } = options;
  const detector = await loadDetector(model);
  const weights = options.weights
    ? ({ kind: 'file', path: options.weights } as const)
    : await locateWeights(model, detector);
  const { bytes, ...about } = await exportDetector(detector, { raw, half, batch, decisionThreshold, weights });
  await writeAtomically(onnx, bytes);
  if (options.json) await writeJsonOutput(options.json, { model, onnx, bytes: bytes.length, ...about });
  if (options.json === '-') return;
  const { input, side, opset } = about;
  console.log(
    `${onnx}: ${(bytes.length / 1e6).toFixed(1)} MB, operator set ${opset}\n` +
      `input  ${input.name} ${input.type} [${input.shape.join(' × ')}]\n` +
      `output score [n], level [n] (0.5 at the decision threshold), map [n × ${side} × ${side}]`,
  );
}
