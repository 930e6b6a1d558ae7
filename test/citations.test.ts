import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

/** A page that a comment or message names, with the sections and the step it may name: `docs/methods.md 4.1, step 6`. */
const CITATION = /\bdocs\/[\w./-]+\.\w+(?:\s+\*?\s*(\d+(?:\.\d+)?(?:(?:, | and )\d+(?:\.\d+)?)*)(?:, step (\d+))?)?/g;

/** The text of a page by section: `## 4 SoftPatch` and `**4.1 Order.**` begin one each. */
function sections(page: string): Map<string, string> {
  const parts = readFileSync(page, 'utf8').split(/^(?=## \d|\*\*\d+\.\d)/m);
  return new Map(parts.map((part) => [/^(?:## |\*\*)(\d+(?:\.\d+)?)/.exec(part)?.[1] ?? '', part]));
}

/** What is wrong with the citations in a text. */
function dangling(text: string): string[] {
  return [...text.matchAll(CITATION)].flatMap(([citation, numbers, step]) => {
    const page = citation.split(/\s/)[0];
    if (!existsSync(page)) return [citation];
    const known = sections(page);
    const cited = numbers?.split(/, | and /) ?? [];
    const found = cited.every((number) => known.has(number));
    return found && (!step || known.get(cited[0])!.includes(`(${step})`)) ? [] : [citation];
  });
}

test('every page, section and step of docs that the source names exists', () => {
  let files = 0;
  for (const name of readdirSync('src', { recursive: true }).map(String)) {
    if (!name.endsWith('.ts')) continue;
    const text = readFileSync(join('src', name), 'utf8');
    assert.deepEqual(dangling(text), [], name);
    if (text.search(CITATION) >= 0) files++;
  }
  assert.ok(files > 30);
});

test('a page, section or step that does not exist is found', () => {
  assert.deepEqual(dangling('(docs/methods.md 4.1, step 6), docs/methods.md 3 and 4, docs/methods.md.'), []);
  assert.deepEqual(dangling('(docs/methods.md\n * 3.2)'), []);
  assert.deepEqual(dangling('(docs/methods.md 4.7; docs/methods.md 3 and 44)'), [
    'docs/methods.md 4.7',
    'docs/methods.md 3 and 44',
  ]);
  assert.deepEqual(dangling('docs/methods.md 4.1, step 12'), ['docs/methods.md 4.1, step 12']);
  assert.deepEqual(dangling('see docs/none.md 1'), ['docs/none.md 1']);
});
