import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before, describe } from 'node:test';
import { type JupyterLab, type OpenNotebook, type Shown, startLab, withoutBrowser } from '../jupyter/lab.js';
import { installJupyter, withoutJupyter } from '../jupyter/python.js';
import { softpatch } from './command.js';

const OURS = { display_name: 'TypeScript (SoftPatch Lab)', language: 'typescript', name: 'softpatch-lab' };
const PYTHON = { display_name: 'Python 3', language: 'python', name: 'python3' };
/** What JupyterLab calls tracebacks. */
const ERROR = 'application/vnd.jupyter.stderr';
const CHART =
  "({ data: { values: [{ a: 1, b: 2 }, { a: 2, b: 1 }] }, mark: 'line', encoding: { x: { field: 'a', type: 'quantitative' }, y: { field: 'b', type: 'quantitative' } } })";

/** The nine points, each through JupyterLab as it comes from PyPI, in Debian's Chromium. */
const CELLS = [
  "const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));\nlet ticks = 0;\nconsole.log('ready');",
  'while (true) { await wait(20); ticks++; }',
  "const made = 1;\nthrow new RangeError('on purpose');",
  'made + 1',
  CHART,
  "[{ method: 'PatchCore', auroc: 0.75 }, { method: 'SoftPatch', auroc: 0.875 }]",
  "import { existsSync } from 'node:fs';\nimport { cellReporter } from 'softpatch-lab/notebook';\nconst tick = cellReporter().stage('features');\nfor (let i = 1; !existsSync('seen'); i++) { await wait(25); tick(Math.min(i, 79), 80); }\ntick(80, 80);",
  "import { twice } from './beside';\ntwice(21)",
  "setTimeout(() => console.log('late'), 3000);\nconsole.log('now');",
  "'the next cell'",
  "const wrong: number = 'text';",
  "'😀'.toUpp",
  "import { thresholdChart } from 'softpatch-lab/figures';\nconst rows = [['nominal', 1], ['nominal', 4], ['unseen defect', 8], ['leaked defect', 2]] as const;\nthresholdChart(rows.map(([kind, score]) => ({ method: 'PatchCore', kind, image: kind, score })))",
];

describe('JupyterLab in a browser', { skip: withoutJupyter() || withoutBrowser() }, () => {
  let folder: string;
  let lab: JupyterLab;
  const write = (name: string, kernelspec: object, sources: readonly string[]): Promise<void> => {
    const cells = sources.map((source, i) => ({
      cell_type: 'code',
      id: `c${i}`,
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    }));
    const notebook = { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
    return writeFile(join(folder, 'course', name), JSON.stringify(notebook));
  };
  before(async () => {
    await installJupyter();
    folder = await mkdtemp(join(tmpdir(), 'softpatch-lab-'));
    await mkdir(join(folder, 'course'));
    const { code, stderr } = await softpatch(['kernel', 'install', '--to', join(folder, 'data')]);
    assert.equal(code, 0, stderr);
    lab = await startLab(folder, join(folder, 'data'), join(folder, 'own'));
  });
  after(async () => {
    await lab?.close();
    await rm(folder, { recursive: true, force: true });
  });

  describe('the nine points', () => {
    let notebook: OpenNotebook;
    before(async () => {
      await write('points.ipynb', OURS, CELLS);
      await writeFile(join(folder, 'course/beside.ts'), 'export const twice = (x: number): number => 2 * x;\n');
      notebook = await lab.open('course/points.ipynb');
      await notebook.run(0);
    });
    after(() => notebook?.close());

    test('1. the Stop button stops, variables stay', async () => {
      await notebook.start(1);
      await notebook.page.locator('.jp-Notebook-ExecutionIndicator[data-status="busy"]').first().waitFor();
      await notebook.stop();
      const [error] = await notebook.ended(1);
      assert.equal(error.mime, ERROR);
      assert.match(error.text, /^Interrupted/);
    });

    test('2., 3. an error is red, shows its line in the cell, and leaves what was declared', async () => {
      const [error] = await notebook.run(2);
      assert.equal(error.mime, ERROR);
      assert.match(error.text, /^RangeError: on purpose\n/);
      assert.match(error.text, /❱ 2 │ throw new RangeError/);
      const colour = await notebook.cell(2).locator('.jp-OutputArea-output .ansi-red-fg').first().innerText();
      assert.equal(colour, 'RangeError');
      assert.deepEqual(await texts(notebook.run(3)), ['2']);
    });

    test('3. a type error marks what is wrong', async () => {
      const [error] = await notebook.run(10);
      assert.equal(error.mime, ERROR);
      assert.match(error.text, /^TS2322: Type 'string' is not assignable to type 'number'/);
      assert.match(error.text, /\^{5}/);
    });

    test('4. a chart is one output and alive', async () => {
      assert.equal((await notebook.run(4)).length, 1);
      const canvas = notebook.cell(4).locator('.vega-embed').locator('canvas, svg').first();
      await canvas.waitFor();
      assert.ok((await canvas.boundingBox())!.width > 100);
    });

    test('4. a slider in a chart moves what is drawn, without a server', async () => {
      await notebook.run(12);
      const chart = notebook.cell(12).locator('.vega-embed');
      const slider = chart.locator('input[type="range"]').first();
      await slider.waitFor();
      const drawn = async (): Promise<string> =>
        (await chart.locator('canvas, svg').first().screenshot()).toString('base64');
      const before = await drawn();
      await notebook.picture('slider-before');
      await slider.fill('0.1');
      // The chart draws in its own time.
      while ((await drawn()) === before) await notebook.page.waitForTimeout(200);
      await notebook.picture('slider-after');
      await slider.fill('0.3');
      while ((await drawn()) !== before) await notebook.page.waitForTimeout(200);
    });

    test('5. records are a table', async () => {
      await notebook.run(5);
      assert.deepEqual(await notebook.cell(5).locator('td').allInnerTexts(), [
        'PatchCore',
        '0.750',
        'SoftPatch',
        '0.875',
      ]);
      await notebook.picture('points');
    });

    test('6. progress is one line, gone at the end', async () => {
      await notebook.start(6);
      const line = notebook.cell(6).locator('.jp-OutputArea-output', { hasText: /features ━/ });
      await line.waitFor();
      assert.equal(await line.count(), 1);
      await notebook.picture('progress');
      await writeFile(join(folder, 'course/seen'), '');
      assert.deepEqual((await texts(notebook.ended(6))).join('').trim(), '');
    });

    test('7. a notebook of any folder imports what lies beside it', async () => {
      assert.deepEqual(await texts(notebook.run(7)), ['42']);
    });

    test('9. what a timer prints later lies in its own cell; completion behind an emoji', async () => {
      await notebook.run(8);
      await notebook.run(9);
      await notebook.cell(8).locator('.jp-OutputArea-output', { hasText: 'late' }).waitFor();
      assert.deepEqual(await texts(notebook.outputs(9)), ["'the next cell'"]);
      await notebook.cell(11).locator('.cm-content').click();
      await notebook.page.keyboard.press('End');
      await notebook.page.keyboard.press('Tab');
      const editor = notebook.cell(11).locator('.cm-content', { hasText: "'😀'.toUpperCase" });
      await editor
        .or(notebook.page.locator('.jp-Completer-item', { hasText: 'toUpperCase' }))
        .first()
        .waitFor();
      await notebook.picture('completion');
    });
  });

  test('8. a notebook of ours that is opened and saved stays as it is, byte for byte', async () => {
    const path = join(folder, 'course/own.ipynb');
    await cp('notebooks/13-dirty-or-clean.ipynb', path);
    const before = await readFile(path, 'utf8');
    const notebook = await lab.open('course/own.ipynb');
    // A change that leaves no trace, so that there is something to save.
    await notebook.cell(0).locator('.jp-MarkdownOutput, .jp-RenderedMarkdown').first().click();
    await notebook.page.keyboard.press('b');
    await notebook.page.keyboard.press('d');
    await notebook.page.keyboard.press('d');
    await notebook.save();
    await notebook.close();
    assert.equal(await readFile(path, 'utf8'), before);
  });

  test('an error, an interrupt and a killed kernel are shown as those of ipykernel', async () => {
    const scenes = {
      ours: [OURS, ["throw new Error('on purpose')", 'while (true);', 'process.kill(process.ppid, 9);']],
      python: [PYTHON, ["raise Exception('on purpose')", 'while True: pass', 'import os; os.kill(os.getpid(), 9)']],
    } as const;
    const seen: Record<string, object> = {};
    for (const [name, [kernel, sources]] of Object.entries(scenes)) {
      await write(`${name}.ipynb`, kernel, sources);
      const notebook = await lab.open(`course/${name}.ipynb`);
      const [error] = await notebook.run(0);
      await notebook.start(1);
      await notebook.page.locator('.jp-Notebook-ExecutionIndicator[data-status="busy"]').first().waitFor();
      await notebook.stop();
      const [stopped] = await notebook.ended(1);
      await notebook.picture(`errors-${name}`);
      await notebook.start(2);
      const dialog = notebook.page.locator('.jp-Dialog-content', { hasText: 'appears to have died' });
      await dialog.waitFor();
      await notebook.picture(`killed-${name}`);
      const died = (await dialog.innerText()).replaceAll(`course/${name}.ipynb`, 'NOTEBOOK');
      seen[name] = { error: error.mime, stopped: stopped.mime, died };
      await notebook.close();
    }
    assert.deepEqual(seen.ours, seen.python);
    assert.match(JSON.stringify(seen.ours), /appears to have died. It will restart automatically/);
  });
});

const texts = async (shown: Promise<Shown[]>): Promise<string[]> => (await shown).map(({ text }) => text.trim());
