import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

const text = (path: string): string => readFileSync(path, 'utf8');

test('the README is short', () => {
  const lines = text('README.md').split('\n').length;
  assert.ok(lines <= 170, `${lines} lines; move details to a page in docs/`);
});

test('docs/dependencies.md names every package with its version, and no other', () => {
  const { dependencies, devDependencies, peerDependencies } = JSON.parse(text('package.json'));
  const wanted: Record<string, string> = { ...peerDependencies, ...devDependencies, ...dependencies };
  for (const workspace of ['notebooks/package.json']) Object.assign(wanted, JSON.parse(text(workspace)).dependencies);
  delete wanted['softpatch-lab'];
  const named = new Map<string, string>();
  for (const row of text('docs/dependencies.md').matchAll(/^\| (`[^|]+) \| ([^|]+) \|/gm)) {
    const packages = [...row[1].matchAll(/`((?:@[\w-]+\/)?[\w-]+)`/g)].map(([, name]) => name);
    const versions = row[2].split(', ');
    for (const [i, name] of packages.entries()) {
      if (name !== 'notebooks') named.set(name, versions[i] ?? versions[0]);
    }
  }
  assert.deepEqual([...named.keys()].sort(), Object.keys(wanted).sort());
  for (const [name, version] of named) if (version !== 'as locked') assert.equal(version, wanted[name], name);
});
