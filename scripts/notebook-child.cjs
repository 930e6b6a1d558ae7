// Runs one notebook in this process with tslab's own executor and writes it back with its outputs.
//   node notebook-child.cjs NOTEBOOK [--check]   (cwd: the notebook's folder)
const { readFileSync, renameSync, writeFileSync, writeSync } = require('node:fs');
const { basename, dirname, join, resolve } = require('node:path');
const { format } = require('node:util');

const path = resolve(process.argv[2]);
const root = resolve(__dirname, '..');
process.chdir(dirname(path));
const { createConverter } = require('tslab/dist/converter.js');
const { createExecutor } = require('tslab/dist/executor.js');
const { JupyterHandlerImpl } = require('tslab/dist/jupyter.js');

/** Tells whoever started this that something goes on. */
const sign = () => process.send?.('sign');
const log = (text) => writeSync(2, `${text}\n`);
const scrub = (text) => text.replaceAll(`file://${root}`, '.').replaceAll(root, '.');
const lines = (text) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** What a terminal would show after carriage returns. */
const collapse = (text) =>
  text
    .split('\n')
    .map((line) => line.slice(line.replace(/\r+$/, '').lastIndexOf('\r') + 1))
    .join('\n');

function addStream(outputs, name, text) {
  const last = outputs.at(-1);
  if (last?.output_type === 'stream' && last.name === name) last.text += text;
  else outputs.push({ output_type: 'stream', name, text });
}

function addDisplay(outputs, displays, { data, metadata = {} }, id, update) {
  const own = Object.fromEntries(
    Object.entries(data).map(([mime, value]) => {
      if (/json$/.test(mime) && typeof value === 'string') return [mime, JSON.parse(value)];
      return [mime, typeof value === 'string' && !mime.startsWith('image/png') ? lines(scrub(value)) : value];
    }),
  );
  const output = { output_type: 'display_data', data: own, metadata };
  if (update && displays.has(id)) Object.assign(displays.get(id), output);
  else {
    outputs.push(output);
    if (id) displays.set(id, output);
  }
}

const finished = (outputs) =>
  outputs.map((output) =>
    output.output_type === 'stream' ? { ...output, text: lines(scrub(collapse(output.text))) } : output,
  );

(async () => {
  const notebook = JSON.parse(readFileSync(path, 'utf8'));
  const node = createConverter({});
  // What tslab says of a cell it cannot compile or run.
  let complaints = '';
  const complain = (...parts) => {
    complaints += `${format(...parts)}\n`;
  };
  const said = { log: complain, error: complain };
  const executor = createExecutor(process.cwd(), { node, close: () => node.close() }, said);
  const handler = new JupyterHandlerImpl(executor, false);
  const save = () => {
    notebook.metadata = {
      kernelspec: { display_name: 'TypeScript (SoftPatch Lab)', language: 'typescript', name: 'softpatch-lab' },
      language_info: handler.handleKernel().language_info,
    };
    const temporary = join(dirname(path), `.${basename(path)}.tmp`);
    writeFileSync(temporary, `${JSON.stringify(notebook, null, 1)}\n`);
    renameSync(temporary, path);
  };
  // What code does after a timer or a rejected promise must fail the run, not vanish.
  let loose = null;
  const remember = (error) => {
    loose ??= error;
  };
  process.on('unhandledRejection', remember);
  process.on('uncaughtException', remember);
  const cells = notebook.cells.filter(({ cell_type }) => cell_type === 'code');
  for (const cell of cells) Object.assign(cell, { outputs: [], execution_count: null });
  let failed = false;
  for (const [i, cell] of cells.entries()) {
    const displays = new Map();
    const outputs = [];
    const code = [cell.source].flat().join('');
    complaints = '';
    const reply = await handler.handleExecute(
      { code },
      (name, text) => {
        sign();
        addStream(outputs, name, text);
      },
      (content, update) => {
        sign();
        addDisplay(outputs, displays, content, content.transient?.display_id, update);
      },
    );
    sign();
    cell.execution_count = i + 1;
    cell.metadata = {};
    cell.outputs = finished(outputs);
    if (reply.status === 'ok' && !loose) continue;
    failed = true;
    const text =
      outputs
        .filter(({ name }) => name === 'stderr')
        .map((output) => output.text)
        .join('') ||
      complaints ||
      String(loose?.stack ?? '');
    cell.outputs.push({
      output_type: 'error',
      ename: 'Error',
      evalue: scrub(text.split('\n')[0] ?? ''),
      traceback: scrub(text).split('\n'),
    });
    log(`cell ${i + 1} of ${basename(path)} failed:\n${scrub(text)}`);
    break;
  }
  save();
  process.exit(failed ? 1 : 0);
})();
