import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Audit } from '../../src/analysis/audit.js';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { encodePng } from '../../src/image/codec.js';
import { softpatch } from './command.js';

/** Debian's browser, or another one. */
const BROWSER = process.env.SOFTPATCH_CHROMIUM ?? '/usr/bin/chromium';
const browserTest = { skip: existsSync(BROWSER) ? false : `needs ${BROWSER} (apt install chromium)`, timeout: 600_000 };
const small = ['--weights', 'random', '--resize', '96', '--crop', '96', '--ratio', '0.2', '--engine', 'wasm'];

/** What the command printed; it must succeed. */
async function succeed(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await softpatch(args);
  assert.equal(code, 0, stderr);
  return stdout;
}

let root: string;
let out: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'softpatch-audit-'));
  out = join(root, 'audit');
  await writeDrawnCategory(root, 'weave', { seed: 4, train: 12, good: 3, defective: 3 }, encodePng);
  const folder = join(root, 'weave', 'train', 'good');
  const said = await succeed(['audit', folder, '--out', out, '--no-cache', ...small]);
  assert.match(said, /12 images: .*dirt|dirty/);
});
after(() => rm(root, { recursive: true, force: true }));

test('audit ranks every image and writes lists and a page that stands by itself', async () => {
  const audit: Audit = JSON.parse(await readFile(join(out, 'audit.json'), 'utf8'));
  assert.equal(audit.images.length, 12);
  audit.images.forEach((image, i) => {
    assert.equal(image.rank, i + 1);
    assert.ok(i === 0 || audit.images[i - 1].deviations >= image.deviations);
    assert.ok(image.spots.length > 0 && image.nearest && image.nearest.name !== image.name, image.name);
  });
  const csv = (await readFile(join(out, 'audit.csv'), 'utf8')).trim().split('\n');
  assert.equal(csv.length, 13);
  assert.match(csv[0], /^rank,name,suspected,deviations,pValue/);
  assert.ok(csv[1].startsWith(`1,${audit.images[0].name},`));
  const page = await readFile(join(out, 'audit.html'), 'utf8');
  assert.ok(!/(src|href)="(?!data:)/.test(page), 'nothing is loaded from elsewhere');
  assert.equal([...page.matchAll(/<article /g)].length, 12);
  assert.ok((await stat(join(out, 'audit.html'))).size < 12 * 30_000, '2,000 images stay below 60 MB');
});

test('a list of excluded images is taken by fit and evaluate, and a wrong one refused', async () => {
  const list = join(root, 'exclude.txt');
  await writeFile(list, '# by hand\n003.png\n');
  const json = join(root, 'fit.json');
  const good = join(root, 'weave', 'train', 'good');
  const model = join(root, 'model.safetensors');
  const fit = ['fit', '--good', good, '--method', 'patchcore', '--out', model, '--json', json, '--no-cache', ...small];
  assert.match(await succeed([...fit, '--exclude', list]), /on 11 images/);
  const wrong = join(root, 'wrong.txt');
  await writeFile(wrong, '999.png\n');
  const refused = await softpatch([...fit, '--exclude', wrong]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /999\.png, which is no training image/);
  const result = join(root, 'result.json');
  const data = ['--data', root, '--category', 'weave', '--method', 'witness', '--json', result, '--no-cache'];
  await succeed(['evaluate', ...data, ...small, '--exclude', list]);
  const evaluated = JSON.parse(await readFile(result, 'utf8'));
  assert.equal(evaluated.diagnostics.trainImages, 11);
  assert.ok(evaluated.decision, 'the decision stands in the result');
});

test('in a real browser: keys and buttons choose, choices stay, the list is saved', browserTest, async () => {
  const browser: Browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
  try {
    const context = await browser.newContext({ offline: true, acceptDownloads: true });
    // A busy machine is no fault: the test's own limit catches a hang.
    context.setDefaultTimeout(0);
    const page: Page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('request', (request) => {
      if (/^https?:/.test(request.url())) problems.push(request.url());
    });
    await page.goto(pathToFileURL(join(out, 'audit.html')).href);
    const names = await page.$$eval('article', (cards) => cards.map((card) => (card as HTMLElement).dataset.name!));
    assert.equal(names.length, 12);
    assert.ok(await page.$$eval('img', (all) => all.every((img) => (img as HTMLImageElement).src.startsWith('data:'))));
    const drawn = await page.$eval('article svg path', (path) => (path as SVGPathElement).getTotalLength());
    assert.ok(drawn > 0, 'something is outlined');

    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('d');
    await page.keyboard.press('j');
    await page.keyboard.press('g');
    await page.click('article:nth-of-type(3) button[data-choice=drop]');
    assert.equal(await page.textContent('#count'), '2');
    assert.deepEqual(await page.$$eval('article', (cards) => cards.slice(0, 3).map(({ className }) => className)), [
      'drop',
      'keep',
      'drop',
    ]);
    await page.click('article:nth-of-type(3) button[data-choice=drop]');
    assert.equal(await page.textContent('#count'), '1', 'a second press takes it back');

    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('s')]);
    assert.equal(download.suggestedFilename(), 'exclude.txt');
    const saved = join(root, 'saved.txt');
    await download.saveAs(saved);
    assert.deepEqual((await readFile(saved, 'utf8')).trim().split('\n').slice(1), [names[0]]);

    await page.reload();
    assert.equal(await page.textContent('#count'), '1', 'choices are remembered');
    await page.click('#only');
    const shown = await page.$$eval('article', (cards) =>
      cards.filter((card) => (card as HTMLElement).offsetParent !== null).map((card) => (card as HTMLElement).dataset),
    );
    assert.ok(shown.every(({ suspected }) => suspected !== undefined));
    assert.deepEqual(problems, []);
  } finally {
    await browser.close();
  }
});
