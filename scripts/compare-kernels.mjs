// What kernels do, side by side: ours, tslab as we mend it, Deno's, and ipykernel where a row can be said in Python. Writes the table of docs/notebooks.md.
//   npm run build && npm install --no-save deno && node scripts/compare-kernels.mjs [--deno PATH] [--only NAME…]
// Needs the Jupyter that the whole test run installs (test/jupyter/python.ts).
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { OWN_KERNEL, TSLAB_KERNEL, writeKernelSpec } from '../build/src/jupyter/install/kernel-spec.js';
import { driveKernel, printed } from '../build/test/jupyter/driver.js';

const { values } = parseArgs({
  options: {
    deno: { type: 'string', default: 'node_modules/.bin/deno' },
    only: { type: 'string', multiple: true },
  },
});
const PAGE = 'docs/notebooks.md';
const data = await mkdtemp(join(tmpdir(), 'softpatch-kernels-'));
const folder = join(data, 'course');
await mkdir(folder);
await writeFile(join(folder, 'beside.ts'), 'export const twice = (x: number): number => 2 * x;\n');
await writeKernelSpec(data, OWN_KERNEL);
await writeKernelSpec(data, TSLAB_KERNEL);
await mkdir(join(data, 'kernels/deno'));
const argv = [values.deno, 'jupyter', '--kernel', '--conn', '{connection_file}'];
const deno = JSON.stringify({ argv, display_name: 'Deno', language: 'typescript' });
await writeFile(join(data, 'kernels/deno/kernel.json'), deno);

const wait = '(ms: number) => new Promise((done) => setTimeout(done, ms))';
const chart = "{ data: { values: [{ a: 1 }] }, mark: 'point', encoding: { x: { field: 'a', type: 'quantitative' } } }";
const bundle = ({ messages }) => messages.find(({ content }) => content.data)?.content.data ?? {};
const failure = ({ messages }) => messages.find(({ type }) => type === 'error')?.content;
const yes = (is) => (is ? 'yes' : 'no');

/** What three rows run in each language; `killed` ends the process that Jupyter started. */
const TYPESCRIPT = {
  made: 'const made = 1;',
  error: "throw new Error('on purpose');",
  loop: "console.log('begun'); while (true);",
  killed: 'process.kill(process.pid, 9);',
  print: 'console.log(made);',
};
const PYTHON = {
  made: 'made = 1',
  error: "raise Exception('on purpose')",
  loop: "print('begun', flush=True)\nwhile True: pass",
  killed: 'import os; os.kill(os.getpid(), 9)',
  print: 'print(made)',
};
// Cells of ours run in a child of what Jupyter started.
const OWN = { ...TYPESCRIPT, killed: 'process.kill(process.ppid, 9);' };

/** What any kernel can be asked. */
const SHARED = {
  'an error: an `error` message, and variables stay': async (kernel, code) => {
    await kernel.run(code.made);
    const found = failure(await kernel.run(code.error));
    const stays = printed(await kernel.run(code.print)).trim() === '1';
    return found ? (stays ? 'yes' : 'variables are lost') : 'text only';
  },
  'Stop in a busy loop: an `error` message, and variables stay': async (kernel, code) => {
    await kernel.run(code.made);
    const found = failure(await kernel.run(code.loop, ['begun']));
    const stays = printed(await kernel.run(code.print)).trim() === '1';
    return found ? (stays ? `yes, \`${found.ename}\`` : 'variables are lost') : 'no message';
  },
  'a killed kernel: Jupyter sees it dead': async (kernel, code) => {
    const end = await kernel.run(code.killed).catch(({ message }) => message);
    return yes(/the kernel died/.test(end));
  },
};

/** What each row says of a kernel for TypeScript. */
const ROWS = {
  '1. Stop ends a loop': async (kernel) => {
    const { replies } = await kernel.run("console.log('begun'); while (true);", ['begun']);
    return yes(replies[0].status !== 'ok');
  },
  '1. Stop ends an `await`, and nothing goes on': async (kernel) => {
    const loop = "while (ticks < 1e4) { await wait(5); if (++ticks === 3) console.log('begun'); }";
    await kernel.run(`let ticks = 0; const wait = ${wait};`);
    await kernel.run(`async function forever() { ${loop} }\nawait forever();`, ['begun']);
    const read = async () => printed(await kernel.run('console.log(ticks);'));
    const before = await read();
    await kernel.listen(0.5);
    return yes(before.trim() !== '' && before === (await read()));
  },
  '2. names outlive an error in their cell': async (kernel) => {
    await kernel.run("const made = 1;\nthrow new Error('on purpose');");
    return yes(printed(await kernel.run('console.log(made);')) === '1\n');
  },
  '3. an error is an error, with the line of the cell': async (kernel) => {
    const found = failure(await kernel.run("const fine = 1;\n\nthrow new RangeError('on purpose');"));
    if (!found) return 'text only';
    const text = found.traceback.join('\n');
    return /throw new RangeError/.test(text) ? 'yes' : /:3:/.test(text) ? 'line number' : 'no line';
  },
  '3. types are checked before a cell runs': async (kernel) => {
    const { replies } = await kernel.run("console.log('ran'); const wrong: number = 'text';");
    return yes(replies[0].status !== 'ok');
  },
  '4. a chart is alive and a picture': async (kernel) => {
    const found = bundle(await kernel.run(`const spec = ${chart}; spec`));
    return yes('application/vnd.vegalite.v5+json' in found && 'image/png' in found);
  },
  '5. records are a table': async (kernel) => yes('text/html' in bundle(await kernel.run('[{ a: 1, b: 2 }]'))),
  '6. 20,000 lines arrive': async (kernel) =>
    yes(printed(await kernel.run('for (let i = 0; i < 20_000; i++) console.log(i);')).split('\n').length === 20_001),
  '7. files beside the notebook are imported': async (kernel) => {
    for (const name of ['./beside', './beside.ts']) {
      const { replies } = await kernel.run(`import { twice } from '${name}'; console.log(twice(2));`);
      if (replies[0].status === 'ok') return name === './beside' ? 'yes' : 'with `.ts`';
    }
    return 'no';
  },
  '9. late output lies in its own cell': async (kernel) => {
    const { sent, messages } = await kernel.run("setTimeout(() => console.log('late'), 1000);");
    // On a busy machine it may come before the cell is said to be over.
    const own = messages.filter(({ type }) => type === 'stream');
    const late = own.length > 0 ? own : await kernel.listen(20, 1);
    return late.length === 0 ? 'lost' : yes(late[0].parent === sent[0]);
  },
  '9. completion behind an emoji': async (kernel) => {
    await kernel.run('const count = 5;');
    const code = "'😀𝛕'; count.toF";
    const { matches, cursor_start } = await kernel.ask('complete', code, [...code].length);
    return yes(matches?.some((text) => /toFixed$/.test(text)) && [12, 6].includes(cursor_start));
  },
  '9. completion of string unions': async (kernel) => {
    const code = "const m: { method: 'patchcore' | 'cflow' } = { method: '' };";
    const { matches } = await kernel.ask('complete', code, code.indexOf("''") + 1);
    return yes(matches?.some((text) => /patchcore/.test(text)));
  },
  '9. CPU of 3 million rounds over a `let`': async (kernel) => {
    const code =
      'const { cpuUsage } = await import("node:process"); const begin = cpuUsage(); let sum = 0; for (let i = 0; i < 3e6; i++) sum += i;\nconsole.log(cpuUsage(begin).user / 1e6);';
    return `${Number(
      printed(await kernel.run(code))
        .trim()
        .split('\n')
        .at(-1),
    ).toFixed(2)} s`;
  },
};

/** Kernels by name: heading of their column, what they can be asked, in which language. */
const KERNELS = {
  'softpatch-lab': { heading: 'ours', rows: { ...ROWS, ...SHARED }, code: OWN },
  'softpatch-lab-tslab': { heading: 'tslab 1.0.22', rows: { ...ROWS, ...SHARED }, code: TYPESCRIPT },
  deno: { heading: `Deno ${await denoVersion()}`, rows: { ...ROWS, ...SHARED }, code: TYPESCRIPT },
  python3: { heading: 'ipykernel', rows: SHARED, code: PYTHON },
};
const table = Object.fromEntries(Object.keys({ ...ROWS, ...SHARED }).map((row) => [row, {}]));
for (const [name, { rows, code }] of Object.entries(KERNELS)) {
  if (values.only && !values.only.includes(name)) continue;
  for (const [row, look] of Object.entries(rows)) {
    // Each row in a kernel of its own: one that hangs or dies takes nothing along.
    const kernel = await driveKernel(name, folder, data);
    const patient = { ...kernel, run: (text, interruptOn) => kernel.run(text, interruptOn, [], 180) };
    const found = await look(patient, code).catch(({ message }) =>
      /^timeout/.test(message)
        ? 'hangs'
        : /^the kernel died/.test(message)
          ? 'the kernel dies'
          : `fails: ${message.slice(0, 60)}`,
    );
    table[row][name] = found;
    console.error(name, row, found);
    await kernel.stop().catch(() => undefined);
  }
}
await rm(data, { recursive: true });
const heads = Object.values(KERNELS).map(({ heading }) => heading);
const lines = Object.entries(table).map(
  ([row, found]) =>
    `| ${row} | ${Object.keys(KERNELS)
      .map((name) => found[name] ?? '–')
      .join(' | ')} |`,
);
const text = [`| | ${heads.join(' | ')} |`, `| ---${' | ---'.repeat(heads.length)} |`, ...lines].join('\n');
console.log(text);
const page = readFileSync(PAGE, 'utf8');
if (!values.only)
  writeFileSync(PAGE, page.replace(/(<!-- kernels -->\n)[\s\S]*(<!-- \/kernels -->)/, `$1\n${text}\n\n$2`));
process.exit();

async function denoVersion() {
  const { stdout } = await promisify(execFile)(values.deno, ['--version']);
  return stdout.match(/^deno (\S+)/)[1];
}
