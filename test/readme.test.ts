import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';

const text = (path: string): string => readFileSync(path, 'utf8');

test('the README is short', () => {
  const lines = text('README.md').split('\n').length;
  assert.ok(lines <= 170, `${lines} lines; move details to a page in docs/`);
});

test('every page and picture that the README and docs link exists', () => {
  const pages = [
    'README.md',
    'CHANGELOG.md',
    ...readdirSync('docs')
      .filter((name) => name.endsWith('.md'))
      .map((name) => join('docs', name)),
  ];
  let links = 0;
  for (const page of pages) {
    for (const [, target] of text(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      assert.ok(existsSync(join(dirname(page), target.split('#')[0])), `${page} links ${target}`);
      links++;
    }
  }
  assert.ok(links > 40, `${links} links`);
});

test('docs/dependencies.md names every package with its version, and no other', () => {
  const main = JSON.parse(text('package.json'));
  const { peerDependencies, optionalDependencies, devDependencies, dependencies } = main;
  const tables = [{ ...peerDependencies, ...optionalDependencies, ...devDependencies, ...dependencies }];
  for (const folder of main.workspaces) tables.push(JSON.parse(text(`${folder}/package.json`)).dependencies);
  const wanted = tables
    .flatMap((table) => Object.entries<string>(table))
    .filter(([name]) => name !== 'softpatch-lab')
    .map(([name, version]) => `${name} ${name.startsWith('@types/') ? 'as locked' : version}`);
  const named: string[] = [];
  for (const [, packages, versions] of text('docs/dependencies.md').matchAll(
    /^\| (`[^|]+?)(?: \(.*\))? \| ([^|]+) \|/gm,
  )) {
    const each = versions.split(', ');
    for (const [i, name] of packages.replaceAll('`', '').split(', ').entries())
      named.push(`${name} ${each[i] ?? each[0]}`);
  }
  assert.deepEqual(named.sort(), wanted.sort());
});
