import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { openCategory } from '../../src/dataset/layouts.js';
import { openLab } from '../../src/experiment/lab.js';
import { explore } from '../../src/notebook/explore.js';
import { softpatch } from './command.js';
import { browserTest, computed, dragTau, faults, launch, opened, soon, VIEWS } from './explorer-browser.js';
import { SMALL, smallCategory } from './small-explorer.js';

let root: string;
let result: string;
let browser: Browser;
before(async () => {
  if (browserTest.skip) return;
  root = await smallCategory();
  result = join(root, 'lof.json');
  await run('evaluate', ...data(), '--tau', '0.2', '--json', result);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  if (root) await rm(root, { recursive: true, force: true });
});

const data = (): string[] => [
  ...['--data', root, '--category', 'bracket', '--ratio', '0.1', '--cache', join(root, 'cache')],
  ...SMALL,
];

async function run(...args: string[]): Promise<void> {
  const { code, stderr } = await softpatch(args);
  assert.equal(code, 0, stderr);
}

test('report makes the explorer’s page of saved results', browserTest, async () => {
  const [curve, cleaned, out] = ['curve.json', 'witness.json', 'report.html'].map((name) => join(root, name));
  await run('sweep', ...data(), '--taus', '0,0.2,0.4', '--json', curve);
  await run('evaluate', ...data(), '--method', 'witness', '--json', cleaned);
  const shared = ['--data', root, '--cache', join(root, 'cache'), '--engine', 'wasm', '--out', out];
  await run('report', result, curve, cleaned, ...shared);
  const offline = await browser.newContext({ offline: true });
  const { page, problems } = await opened(offline);
  await page.goto(pathToFileURL(out).href);
  await computed(page, VIEWS);
  const { image } = JSON.parse(await readFile(result, 'utf8'));
  assert.equal(await page.textContent('.figures small'), `exact ${image.auroc.toFixed(3)}`);
  assert.match(
    (await page.getAttribute('section.auroc [role=img]', 'aria-label'))!,
    /3 exact points of a curve, 1 single/,
  );
  await dragTau(page);
  await page.click('.choice >> text=witness');
  await page.waitForSelector('.cut b >> text=level');
  await computed(page, VIEWS);
  await page.click('.choice >> text=LOF');
  await computed(page, VIEWS);
  assert.deepEqual(await faults(page), []);
  assert.deepEqual(problems, []);
  await offline.close();
});

test('explore shows a result within a notebook’s page', browserTest, async () => {
  const lab = await openLab({ engine: 'wasm', threads: 2, cache: join(root, 'cache') });
  const offline = await browser.newContext({ offline: true });
  try {
    const category = await openCategory(root, 'bracket');
    const { html } = await explore(JSON.parse(await readFile(result, 'utf8')), { ...lab, category });
    const notebook = join(root, 'notebook.html');
    await writeFile(notebook, `<!doctype html><html lang="en"><title>Notebook</title><body>${html}</body></html>`);
    const { page, problems } = await opened(offline);
    await page.goto(pathToFileURL(notebook).href);
    const frame = (await (await page.waitForSelector('iframe')).contentFrame())!;
    await frame.waitForSelector(VIEWS, { timeout: 0 });
    await frame.locator('#cut').fill('0.1');
    await soon(frame, (text) => document.querySelector('output[for=cut]')!.textContent === text, '0.100');
    assert.deepEqual(problems, []);
  } finally {
    await offline.close();
    await lab.close();
  }
});
