import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { type Cells, openCells } from '../../../src/jupyter/language/cells.js';
import { temporaryFolder } from '../../temporary.js';

/** Compiles a cell that has no errors and keeps all its names; what would run. */
function run(cells: Cells, cell: number, code: string): string {
  const compiled = cells.compile(cell, code);
  assert.ok('ready' in compiled, JSON.stringify(compiled));
  compiled.ready.keep(new Set(code.match(/\w+/g)));
  return compiled.ready.code;
}
const errors = (cells: Cells, code: string): number[] => {
  const compiled = cells.compile(99, code);
  return 'diagnostics' in compiled ? compiled.diagnostics.map((found) => found.code) : [];
};

test('openCells(folder): names of cells go through references, types vanish, what is called keeps its this', async (context) => {
  const cells = openCells(await temporaryFolder(context));
  const code = run(
    cells,
    1,
    'interface Point { x: number }\nlet n = 1, m = n;\nconst { a, b: [c = 2] } = { a: 1, b: [] as number[] };\nfunction f(p: Point): number { return p.x + n; }\nf({ x: n });',
  );
  assert.match(code, /^\(\(\$lab, require, __dirname, __filename\) => async \(\) => \{/);
  assert.match(code, /let m = n\$ref\.v;/);
  for (const name of ['n', 'm', 'a', 'c', 'f'])
    assert.match(code, new RegExp(`\\$lab\\.keep\\(${name}\\$ref, ${name}\\)`));
  assert.ok(code.indexOf('keep(f$ref') < code.indexOf('let n'), 'functions are there first');
  assert.match(code, /\$lab\.result\(\(0, f\$ref\.v\)\(\{ x: n\$ref\.v \}\)\)/);
  assert.doesNotMatch(code, /Point|export/);
  assert.match(
    run(cells, 2, 'n += 1; const own = { n }; ({ n } = own);'),
    /n\$ref\.v \+= 1;[\s\S]*\{ n: n\$ref\.v \};[\s\S]*\(\{ n: n\$ref\.v \} = own\$ref\.v\)/,
  );
  assert.match(
    run(cells, 3, 'const shadow = (n: number) => n; for (let m = 0; m < 2; m++) shadow(m);'),
    /\(n\) => n;[\s\S]*\$flag\[0\][\s\S]*shadow\$ref\.v\)\(m\)/,
  );
  cells.close();
});

test('openCells(folder): later cells see types, may assign to let and not to const; the latest declaration wins', async (context) => {
  const cells = openCells(await temporaryFolder(context));
  run(
    cells,
    1,
    "interface Point { x: number }\nlet n = 1;\nconst fixed = 'text';\nclass Box<T> { constructor(readonly value: T) {} }",
  );
  assert.deepEqual(errors(cells, 'const p: Point = { x: n }; n = 2; new Box(fixed).value.length;'), []);
  assert.deepEqual(errors(cells, "n = 'text';"), [2322]);
  assert.deepEqual(errors(cells, "fixed = 'other';"), [2588]);
  assert.deepEqual(errors(cells, 'missing'), [2304]);
  run(cells, 2, 'const n = [1];');
  assert.deepEqual(errors(cells, 'n.length'), []);
  assert.deepEqual(
    cells.forget().map(({ name, cell }) => `${name} ${cell}`),
    ['n 2', 'fixed 1', 'Box 1'],
  );
  assert.deepEqual(errors(cells, 'n.length'), [2304]);
  cells.close();
});

test('openCells(folder): what was not reached is not known; imported types always are', async (context) => {
  const folder = await temporaryFolder(context);
  await writeFile(
    join(folder, 'beside.ts'),
    'export interface Shape { sides: number }\nexport const square: Shape = { sides: 4 };\n',
  );
  const cells = openCells(folder);
  const compiled = cells.compile(1, "import { Shape, square } from './beside';\nconst first = 1;\nconst second = 2;");
  assert.ok('ready' in compiled);
  assert.doesNotMatch(compiled.ready.code, /Shape/);
  compiled.ready.keep(new Set(['square', 'first']));
  assert.deepEqual(errors(cells, 'const shape: Shape = square; first;'), []);
  assert.deepEqual(errors(cells, 'second'), [2304]);
  cells.close();
});

test('openCells(folder): a tsconfig.json beside the notebook makes checks stricter', async (context) => {
  const folder = await temporaryFolder(context);
  await writeFile(join(folder, 'tsconfig.json'), '{ "compilerOptions": { "strict": true } }');
  const cells = openCells(folder);
  assert.deepEqual(errors(cells, 'const n: number = null;'), [2322]);
  cells.close();
});

test('diagnostics lie within the code, whatever joins cells behind it', async (context) => {
  const cells = openCells(await temporaryFolder(context));
  for (const code of ['const x = {', '`open', '/* open', 'f(']) {
    const compiled = cells.compile(1, code);
    assert.ok('diagnostics' in compiled, code);
    for (const { start, end } of compiled.diagnostics) assert.ok(start <= code.length && end <= code.length, code);
  }
  cells.close();
});
