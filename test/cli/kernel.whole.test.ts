import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before, describe } from 'node:test';
import { type Driver, driveKernel, type Heard, printed, type Ran } from '../jupyter/driver.js';
import { installJupyter, python, withoutJupyter } from '../jupyter/python.js';
import { below } from '../temporary.js';
import { softpatch } from './command.js';

describe('the kernel, driven by Jupyter itself', { skip: withoutJupyter() }, () => {
  let folder: string;
  let kernel: Driver;
  before(async () => {
    await installJupyter();
    folder = await mkdtemp(join(tmpdir(), 'softpatch-kernel-'));
    const { code, stderr } = await softpatch(['kernel', 'install', '--to', folder]);
    assert.equal(code, 0, stderr);
    await mkdir(join(folder, 'course'));
    kernel = await driveKernel('softpatch-lab', join(folder, 'course'), folder);
  });
  after(async () => {
    await kernel?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  /** Runs a cell that must not fail; its last value as text. */
  const value = async (code: string): Promise<string | undefined> => {
    const { replies, messages } = await kernel.run(code);
    assert.equal(replies[0].status, 'ok', JSON.stringify(replies[0]));
    return messages.find(({ type }) => type === 'execute_result')?.content.data['text/plain'];
  };
  /** What a cell says after its end; a busy machine may hear it while the cell's own messages are gathered. */
  const afterwards = async ({ messages }: Ran, type: string): Promise<Heard> =>
    messages.find((message) => message.type === type) ?? (await kernel.listen(60, 1))[0];

  describe('1. Stop stops', () => {
    test('awaits and loops, before and after an await, and timers: the cell ends, nothing goes on, variables stay', async () => {
      await value('let ticks = 0; const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));');
      for (const code of [
        "console.log('begun'); while (true);",
        "console.log('begun'); await wait(1); while (true);",
        "async function forever() { while (true) { await wait(5); if (++ticks === 3) console.log('begun'); } }\nawait forever();",
        "setInterval(() => { if (++ticks % 3 === 0) console.log('begun'); }, 5); await new Promise(() => {});",
        "for await (const tick of (async function* () { while (true) { await wait(1); yield ticks++; } })()) if (tick > 9) console.log('begun');",
      ]) {
        const { replies, messages } = await kernel.run(code, ['begun']);
        assert.equal(replies[0].ename, 'Interrupted', code);
        assert.equal(messages.at(-1)!.type, 'error');
        const before = await value('ticks');
        assert.deepEqual(await kernel.listen(0.3), []);
        assert.equal(await value('ticks'), before, `${code} goes on`);
      }
    });

    test("the lab's work stops through its signal: threads are idle, nothing is half-written, and it can run again", async () => {
      const data = join(folder, 'data');
      const drawn = await softpatch(['data', 'draw', 'bracket', '--to', data, '--train', '150']);
      assert.equal(drawn.code, 0, drawn.stderr);
      await value(
        `import { evaluate } from 'softpatch-lab';\nimport { openLesson } from 'softpatch-lab/notebook';\nprocess.env.SOFTPATCH_LESSON = '${join(folder, 'lesson')}';\nconst lesson = await openLesson({ data: '${data}', category: 'bracket', size: 128 });`,
      );
      // Says when the threads are at work.
      const cell =
        "const stage = (name: string) => (done: number, total: number) => { if (done === 4 && total > 100) console.log('begun', name); };\nconst result = await evaluate({ ...lesson, reporter: { stage, note() {} } }, lesson.category, lesson.config({ method: 'patchcore' }));";
      const { replies } = await kernel.run(cell, ['begun']);
      assert.match(replies[0].ename, /^(Cancelled|Interrupted)$/);
      assert.ok((await kernel.cpu(2)) < 0.5, 'threads go on');
      assert.deepEqual(
        (await below(join(folder, 'lesson'))).filter((name) => name.endsWith('.tmp')),
        [],
      );
      const stages = printed(await kernel.run(cell))
        .trim()
        .split('\n');
      assert.equal(new Set(stages).size, stages.length, `each stage once: ${stages}`);
      assert.equal(await value('result.images.length > 0'), 'true');
      await value('await lesson.close()');
    });

    test('code in finally tidies up first', async () => {
      const { messages } = await kernel.run(
        "try { console.log('begun'); await wait(60_000); } finally { await wait(5); console.log('tidy'); }",
        ['begun'],
      );
      assert.match(printed({ messages }), /tidy/);
    });

    test('what no one can stop is ended by a second interrupt, which says what was lost; the kernel goes on', async () => {
      await value('const kept = 5;');
      const { replies } = await kernel.run("console.log('begun'); await 1; 'x'.repeat(100_000).match(/(x+x+)+y/);", [
        'begun',
        'Interrupt again',
      ]);
      assert.equal(replies[0].ename, 'WorkerLost');
      assert.match(replies[0].evalue, /Lost: .*\bkept\b/);
      assert.equal((await kernel.run('kept')).replies[0].ename, 'TS2304');
      assert.equal(await value('1 + 1'), '2');
    });

    test('a process that ends itself says so', async () => {
      await value('const gone = 1;');
      const { replies } = await kernel.run("console.log('last words'); process.exit(3)");
      assert.match(replies[0].evalue, /ended with code 3.* Lost: gone\./);
      assert.equal(await value('2'), '2');
    });
  });

  test('2. a cell that throws keeps what it declared and imported before', async () => {
    const { replies } = await kernel.run(
      "import { EOL } from 'node:os';\nconst made = 1;\nfunction twice(x: number) { return 2 * x; }\nthrow new Error('on purpose');\nconst later = 2;",
    );
    assert.equal(replies[0].status, 'error');
    assert.equal(await value('twice(made) + EOL.length'), '3');
    const { replies: unknown } = await kernel.run('later');
    assert.equal(unknown[0].ename, 'TS2304');
    assert.equal(await value('const made = 7; twice(made)'), '14', 'declared anew');
    assert.equal(await value('let n = 1; const next = () => n++; next(); n'), '2');
    await value('n = 10;');
    assert.equal(await value('next()'), '10', 'functions see what later cells assign');
  });

  describe('3. errors', () => {
    /** A failing cell: its error output with the colours taken out. */
    const failure = async (code: string): Promise<{ ename: string; evalue: string; text: string }> => {
      const { messages, replies } = await kernel.run(code);
      const { content } = messages.find(({ type }) => type === 'error')!;
      assert.deepEqual([replies[0].ename, replies[0].evalue], [content.ename, content.evalue]);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins a colour.
      return { ...content, text: content.traceback.join('\n').replace(/\u001b\[\d+m/g, '') };
    };

    test("name, message and the cell's own lines with a marker; internals are folded", async () => {
      const { ename, evalue, text } = await failure(
        'interface Point { x: number }\nfunction norm(p: Point): number {\n  return JSON.parse(p.x + "{");\n}\n\nawait Promise.resolve();\nnorm({ x: 1 });',
      );
      assert.equal(ename, 'SyntaxError');
      assert.match(evalue, /JSON/);
      assert.match(text, /Cell \[\d+\], line 3, in norm\n/);
      assert.match(text, /❱ 3 │ {3}return JSON\.parse\(p\.x \+ "\{"\);\n +\^/);
      assert.match(text, /❱ 7 │ norm\(\{ x: 1 \}\);/);
      assert.doesNotMatch(text, /node:internal|evalmachine|jupyter.worker|\$ref/);
    });

    test('a type error: its number, message, line and what is wrong in it', async () => {
      const { ename, evalue, text } = await failure("const fine = 1;\nconst wrong: number = 'text';");
      assert.equal(ename, 'TS2322');
      assert.equal(evalue, "Type 'string' is not assignable to type 'number'.");
      assert.match(text, /line 2\n[\s\S]*❱ 2 │ const wrong: number = 'text';\n {12}\^{5}$/m);
    });

    test("an InputError is its sentence alone; an error's cause is told; anything may be thrown", async () => {
      const sentence = await failure(
        "import { InputError } from 'softpatch-lab'; throw new InputError('mask.png is missing', 'Put it back');",
      );
      assert.equal(sentence.text, 'InputError: mask.png is missing. Put it back.');
      const chained = await failure("throw new Error('outer', { cause: new Error('inner') });");
      assert.match(chained.text, /Error: outer[\s\S]*caused by\nError: inner/);
      assert.match((await failure('throw { code: 5 };')).evalue, /code: 5/);
      assert.equal((await failure('const f: any = 1; f();')).evalue, 'f is not a function');
    });

    test('what was sent with a failing cell is aborted, what is sent later runs', async () => {
      const { replies } = await kernel.run("throw new Error('first')", [], ["console.log('second')"]);
      assert.deepEqual(
        replies.map(({ status }) => status),
        ['error', 'aborted'],
      );
      assert.equal(await value('3'), '3');
    });

    test('an error that no one awaited is an error of its cell', async () => {
      const ran = await kernel.run("setTimeout(() => { throw new Error('much later'); }, 1000);");
      const late = await afterwards(ran, 'error');
      assert.deepEqual([late.type, late.parent, late.content.evalue], ['error', ran.sent[0], 'much later']);
    });
  });

  test('4. a chart is one output, alive and as a picture, shown or as the last expression', async () => {
    const chart =
      "{ data: { values: [{ a: 1 }] }, mark: 'point', encoding: { x: { field: 'a', type: 'quantitative' } } }";
    for (const [code, type] of [
      [`import { show } from 'softpatch-lab/notebook'; await show(${chart});`, 'display_data'],
      [`const spec = ${chart}; spec`, 'execute_result'],
    ]) {
      const { messages } = await kernel.run(code);
      const outputs = messages.filter(({ content }) => content.data);
      assert.deepEqual(
        outputs.map((output) => output.type),
        [type],
      );
      const { data } = outputs[0].content;
      assert.equal(data['application/vnd.vegalite.v5+json'].mark, 'point');
      assert.equal(Buffer.from(data['image/png'], 'base64').toString('latin1', 1, 4), 'PNG');
    }
  });

  test('5. the last expression has its own look: records and frames are tables, rasters pictures; null and undefined nothing', async () => {
    const look = async (code: string): Promise<Record<string, string> | undefined> =>
      (await kernel.run(code)).messages.find(({ type }) => type === 'execute_result')?.content.data;
    assert.match((await look("[{ name: 'a', value: 0.5 }]"))!['text/html'], /<th>name<\/th>[\s\S]*0\.500/);
    const frame = "import { toDanfo } from 'softpatch-lab/figures'; await toDanfo([{ r: 0.1 }, { r: 0.2 }])";
    assert.match((await look(frame))!['text/html'], /<th>r<\/th>[\s\S]*2 rows × 1 columns/);
    const raster = '({ width: 8, height: 8, channels: 1, data: new Uint8Array(64) })';
    assert.ok((await look(raster))!['image/png']);
    assert.equal((await look("'text'"))!['text/plain'], "'text'");
    assert.deepEqual(Object.keys((await look('\'<svg xmlns="http://www.w3.org/2000/svg"/>\''))!), [
      'image/svg+xml',
      'text/plain',
    ]);
    assert.match((await look('Promise.resolve(1)'))!['text/plain'], /await/);
    for (const nothing of ['null', 'undefined', 'const y = 5;', 'let z; z = 1'])
      assert.equal(await look(nothing), undefined);
  });

  test('6. progress is one line, updated in place and gone at the end, also of an interrupted cell', async () => {
    await value("import { cellReporter } from 'softpatch-lab/notebook'; const reporter = cellReporter();");
    const work = (body: string): string =>
      `const tick = reporter.stage('features'); for (let i = 1; i <= 60; i++) { await new Promise((done) => setTimeout(done, 25)); tick(i, 60); ${body} }`;
    for (const [body, stops] of [
      ['', []],
      ["if (i === 40) console.log('begun');", ['begun']],
    ] as const) {
      const { messages } = await kernel.run(work(body), [...stops]);
      const shown = messages.filter(({ type }) => /display_data/.test(type));
      const [first, ...updates] = shown;
      assert.equal(first.type, 'display_data');
      assert.match(first.content.data['text/plain'], /^features [━─]{24} +\d+ %/);
      assert.ok(updates.length >= 2);
      assert.ok(updates.every(({ type }) => type === 'update_display_data'));
      assert.equal(new Set(shown.map(({ content }) => content.transient.display_id)).size, 1);
      assert.equal(shown.at(-1)!.content.data['text/plain'], '');
    }
  });

  test('7. a cell works in the folder of its notebook: files, imports beside it, edited ones anew', async () => {
    const course = join(folder, 'course');
    await writeFile(join(course, 'deep.ts'), 'export const factor: number = 2;\n');
    await writeFile(
      join(course, 'beside.ts'),
      "import { factor } from './deep.js';\nexport const twice = (x: number): number => factor * x;\n",
    );
    assert.equal(await value("import { twice } from './beside'; twice(4)"), '8');
    await writeFile(join(course, 'deep.ts'), 'export const factor: number = 3;\n');
    assert.equal(await value("import { twice } from './beside'; twice(4)"), '12');
    assert.equal(
      await value("import { twice as same } from './beside.ts'; same(1) + require('node:fs').readdirSync('.').length"),
      '5',
    );
    assert.equal(await value('process.cwd() === import.meta.dirname && __dirname === process.cwd()'), 'true');
    const { replies } = await kernel.run("import { twice } from './beside'; twice('x')");
    assert.equal(replies[0].ename, 'TS2345', 'types of files beside the notebook are checked');
  });

  test('7. the installed kernel survives a copy by jupyter kernelspec install', async () => {
    const env = { ...process.env, JUPYTER_DATA_DIR: join(folder, 'own'), JUPYTER_PATH: '' };
    const spec = join(folder, 'kernels/softpatch-lab');
    const installed = spawnSync(python('jupyter'), ['kernelspec', 'install', spec, '--user', '--name', 'copied'], {
      env,
      encoding: 'utf8',
    });
    assert.equal(installed.status, 0, installed.stderr);
    const copied = await driveKernel('copied', join(folder, 'course'), join(folder, 'own'));
    const { messages } = await copied.run("console.log('alive')");
    await copied.stop();
    assert.equal(printed({ messages }), 'alive\n');
  });

  describe('9. the rest', () => {
    test('what a timer prints after its cell belongs to that cell', async () => {
      const ran = await kernel.run("setTimeout(() => console.log('late'), 1000);");
      const late = await afterwards(ran, 'stream');
      assert.deepEqual([late.parent, late.content.text], [ran.sent[0], 'late\n']);
    });

    test('20,000 lines arrive, all of them', async () => {
      const text = printed(await kernel.run('for (let i = 0; i < 20_000; i++) console.log(i);'));
      assert.equal(text, Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join(''));
    });

    test('what a child process prints arrives, too', async () => {
      const code =
        "require('node:child_process').execSync('echo native', { stdio: 'inherit' }); await new Promise((done) => setTimeout(done, 300));";
      assert.match(printed(await kernel.run(code)), /native/);
    });

    test('completion: behind characters outside the basic plane, of string unions, of earlier cells', async () => {
      await value("interface Choice { method: 'patchcore' | 'softpatch-lof'; tau: number }\nconst count = 5;");
      const emoji = "'😀𝛕'; count.toF";
      const { matches, cursor_start, cursor_end } = await kernel.ask('complete', emoji, [...emoji].length);
      assert.deepEqual([matches, cursor_start, cursor_end], [['toFixed'], 12, 15]);
      const union = "const choice: Choice = { method: '' };";
      const { matches: methods } = await kernel.ask('complete', union, union.indexOf("''") + 1);
      assert.deepEqual(methods, ['patchcore', 'softpatch-lof']);
      const lab = "import { evaluateConfig } from 'softpatch-lab'; evaluateCon";
      assert.ok((await kernel.ask('complete', lab, lab.length)).matches.includes('evaluateConfig'));
    });

    test('inspection: types and documentation, also inside of a call', async () => {
      const code = "import { InputError } from 'softpatch-lab'; new InputError(";
      const { data } = await kernel.ask('inspect', code, code.length);
      assert.match(data['text/plain'], /InputError\(problem: string, fix: string/);
      assert.match(data['text/plain'], /what is wrong, naming the file/);
      assert.equal((await kernel.ask('inspect', '   ', 1)).found, false);
    });

    test('a loop over a let of 3 million rounds takes a fraction of a second of CPU', async () => {
      const cpu = await value(
        'const begin = process.cpuUsage(); let sum = 0; for (let i = 0; i < 3e6; i++) sum += i; process.cpuUsage(begin).user / 1e6',
      );
      assert.ok(Number(cpu) < 0.5, `${cpu} s`);
    });
  });
});
