import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

const ENTRIES = ['index', 'figures/index', 'notebook/index', 'paper/index', 'numeric'];

test('the main entry stays small enough to hold in the head', async () => {
  const names = Object.keys(await import('../src/index.js'));
  assert.ok(names.length >= 50 && names.length <= 75, `${names.length} names: ${names.join(' ')}`);
});

test('every entry names what it exports, one by one', () => {
  for (const entry of ENTRIES) {
    const text = readFileSync(`src/${entry}.ts`, 'utf8');
    assert.doesNotMatch(text, /export \*|export default/, entry);
    assert.match(text, /^export (type )?\{/m, entry);
  }
});

test("package.json's entries are these, for new and old module resolution", () => {
  const { exports, typesVersions } = JSON.parse(readFileSync('package.json', 'utf8'));
  const built = ENTRIES.map((entry) => `./build/src/${entry}.d.ts`).sort();
  const types = Object.values<{ types?: string }>(exports).flatMap(({ types: path }) => path ?? []);
  assert.deepEqual(types.sort(), built);
  const [main] = built.filter((path) => path.endsWith('src/index.d.ts'));
  const old = Object.values<string[]>(typesVersions['*']).flat();
  assert.deepEqual([...old, main].sort(), built);
});
