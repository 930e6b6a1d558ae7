import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { below, temporaryFolder } from './temporary.js';

const COMMAND = resolve('build/src/cli/main.js');

/** The fenced block of a language under a heading of the README. */
async function block(heading: string, language: string): Promise<string> {
  const readme = await readFile('README.md', 'utf8');
  const section = readme.split(/^## /m).find((part) => part.startsWith(`${heading}\n`))!;
  return new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(section)![1];
}

function node(args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  assert.equal(status, 0, `${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

/** The set of `softpatch data draw`, small. */
const FEW = ['--train', '10', '--good', '3', '--defective', '2'];

test("the README's six commands run one after the other, in any folder", async (t) => {
  const folder = await temporaryFolder(t);
  const lines = (await block('Use', 'sh')).trim().split('\n');
  assert.equal(lines.length, 6);
  const printed: string[] = [];
  for (const line of lines) {
    const [npx, softpatch, ...args] = line.replace(/ +#.*/, '').split(' ');
    assert.deepEqual([npx, softpatch], ['npx', 'softpatch']);
    printed.push(node([COMMAND, ...args, ...(args[1] === 'draw' ? FEW : [])], folder));
  }
  const result = JSON.parse(await readFile(join(folder, 'out.json'), 'utf8'));
  assert.equal(result.manifest.images.length, 1);
  assert.equal(typeof result.image.auroc, 'number');
  assert.equal((await readFile(join(folder, 'curve.csv'), 'utf8')).trim().split('\n').length, 1 + 5);
  const tested = (await below(join(folder, 'data/drawn/bolt/test'))).filter((name) => name.endsWith('.png')).length;
  assert.equal((await readFile(join(folder, 'scores.csv'), 'utf8')).trim().split('\n').length, 1 + tested);
  assert.equal((await below(join(folder, 'heat'))).filter((name) => name.endsWith('.png')).length, tested);
  assert.match(printed[5], /wasm +works/);
});

test("the README's library example compiles under strict and prints two rows of figures", async (t) => {
  const folder = await temporaryFolder(t);
  // Inside the package, so that it resolves itself by name.
  const inside = await mkdtemp('build/readme-');
  t.after(() => rm(inside, { recursive: true }));
  const example = await block('Use', 'ts');
  assert.ok(example.trim().split('\n').length <= 14, example);
  await writeFile(join(inside, 'example.ts'), example);
  const compilerOptions = { module: 'nodenext', target: 'es2022', strict: true, types: ['node'], skipLibCheck: true };
  await writeFile(join(inside, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['example.ts'] }));
  node([resolve('node_modules/typescript/bin/tsc'), '-p', resolve(inside)], folder);
  node([COMMAND, 'data', 'draw', ...FEW], folder);
  const printed = node([resolve(inside, 'example.js')], folder);
  assert.match(printed, /^patchcore [\d.]+ [\d.]+\nsoftpatch-lof [\d.]+ [\d.]+\n$/);
});
