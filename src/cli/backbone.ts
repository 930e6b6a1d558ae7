import type { Command } from 'commander';
import { inspectOnnx, type OnnxInspection } from '../features/inspect-onnx.js';
import { whole } from './options.js';
import { writeJsonOutput } from './outputs.js';
import { textTable } from './table.js';

/** Values shown unless all are asked for. */
const SHOWN = 20;

/** `softpatch backbone …`: look into networks of other origin. */
export function addBackbone(program: Command): void {
  const backbone = program.command('backbone').description('look into networks that come as .onnx files');
  backbone
    .command('inspect')
    .description('list the outputs of an ONNX network with their shapes, and which would make sense as --layers')
    .argument('<file>', 'network.onnx')
    .option('--side <px>', 'side of the image it is tried on, where it takes any (default: 224)', whole)
    .option('--all', `every value that can be read, not only the last of each grid and ${SHOWN} at most`)
    .option('--json <file>', 'write what was found; - is standard output')
    .addHelpText('after', '\nExample:\n  softpatch backbone inspect convnext_tiny.onnx')
    .action(async (file: string, options: { side?: number; all?: boolean; json?: string }) => {
      const found = await inspectOnnx(file, options.side);
      if (options.json) await writeJsonOutput(options.json, { file, ...found });
      if (options.json !== '-') print(file, found, options.all ?? false);
    });
}

function print(file: string, found: OnnxInspection, all: boolean): void {
  const { input, half, fixedSide, side, outputs, values, suggestion } = found;
  const sides = fixedSide === null ? `of any side, tried at ${side} px` : `of ${fixedSide} × ${fixedSide} px`;
  console.log(`${file}: input "${input}" takes images ${sides}${half ? ', in half precision' : ''}`);
  console.log(`outputs: ${outputs.map(({ name, shape }) => `"${name}" [${shape.join(' × ')}]`).join(', ')}\n`);
  const shown = all ? values : shortened(found);
  const rows = shown.map(({ layer, node, form, channels, side: grid, others, output }) => [
    layer,
    node,
    `${grid} × ${grid}`,
    String(channels),
    form === 'tokens' ? `tokens, ${others} dropped` : 'map',
    output ? 'yes' : '',
  ]);
  console.log(textTable(['value', 'node', 'grid', 'channels', 'form', 'output'], rows));
  const more = values.length - shown.length;
  if (more > 0) console.log(`and ${more} more (--all)`);
  console.log(
    suggestion.length > 0
      ? `\nsensible: --backbone ${file} --layers ${suggestion.join(',')}`
      : '\nnothing in it is a map or a grid of tokens, so that it cannot be read patch by patch',
  );
}

/** The last values of each grid, the network's own outputs and what is suggested. */
function shortened({ values, suggestion }: OnnxInspection): OnnxInspection['values'] {
  const last = new Map(values.map((value, i) => [`${value.side} ${value.form}`, i]));
  const wanted = new Set([...last.values()]);
  return values.filter((value, i) => wanted.has(i) || value.output || suggestion.includes(value.layer)).slice(-SHOWN);
}
