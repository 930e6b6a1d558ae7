import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import {
  browserTest,
  computed,
  dragTau,
  faults,
  launch,
  NAMES,
  opened,
  overflow,
  soon,
  VIEWS,
} from './explorer-browser.js';
import { smallCategory, startExplorer } from './small-explorer.js';

let root: string;
let child: ChildProcess;
let url: string;
let browser: Browser;
before(async () => {
  if (browserTest.skip) return;
  root = await smallCategory();
  ({ child, url } = await startExplorer(root));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  if (child) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    assert.equal(await ended, 0, 'Ctrl-C ends it cleanly');
  }
  if (root) await rm(root, { recursive: true, force: true });
});

test('the page in a real browser, and what it saves', browserTest, async (t) => {
  const context = await browser.newContext({ acceptDownloads: true, viewport: { width: 1280, height: 900 } });
  const { page, problems } = await opened(context, url);
  const saved = join(root, 'page.html');
  const exactPoints = (count: string): string => `section.auroc [role=img][aria-label*="; ${count} exact points"]`;

  await t.test('a first visit prepares the bank and shows everything', async () => {
    await page.goto(url);
    await computed(page, VIEWS);
    assert.match((await page.textContent('header p'))!, /15 training images, 3 of them injected/);
    for (const name of NAMES) assert.equal(await page.locator(`section.${name}`).count(), 1, name);
    for (const name of ['auroc', 'weights', 'scores', 'roc'])
      assert.equal(await page.locator(`section.${name} [role=img][aria-label]`).count(), 1, `${name} has a name`);
    await soon(page, (side) => [...document.querySelectorAll('img')].some((img) => img.naturalWidth === side), 96);
    assert.equal(await page.locator('.training .tile.noise').count(), 3);
  });

  await t.test('τ is dragged, on its slider and on the charts', async () => {
    await dragTau(page);
    const chart = (await page.locator('section.auroc [role=img]').boundingBox())!;
    const old = await page.textContent('output[for=cut]');
    await page.mouse.click(chart.x + chart.width * 0.25, chart.y + chart.height / 2);
    await soon(page, (value) => document.querySelector('output[for=cut]')!.textContent !== value, old);
  });

  await t.test('images are picked, by mouse and by keys', async () => {
    await page.locator('.tests button.tile').first().click();
    await page.waitForSelector('.tests .close .tile.large');
    await page.locator('.training button.tile').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.training .close .tile.large');
    assert.match((await page.textContent('.training .close'))!, /number 2 by suspicion/);
  });

  await t.test('the decision threshold counts false alarms and misses', async () => {
    const counts = (figure: number, text: string): Promise<void> =>
      soon(
        page,
        ([nth, value]) => document.querySelector(`.figures > div:nth-child(${nth}) b`)!.textContent === value,
        [figure, text],
      );
    const slider = page.locator('.threshold input');
    await slider.press('Home');
    await counts(6, '0');
    await slider.press('End');
    await counts(5, '0');
    assert.ok(Number(await page.textContent('.figures > div:nth-child(6) b')) > 0, 'all defects are missed');
    await page.click('section.scores .head button >> text=Largest F1');
  });

  await t.test('an exact point is computed with progress, the exact curve is stopped and computed', async () => {
    await page.locator('#cut').fill('0.2');
    await page.evaluate(() => {
      const seen = () => document.querySelector('.job progress') && document.body.setAttribute('data-progress', 'seen');
      new MutationObserver(seen).observe(document.body, { subtree: true, childList: true });
    });
    await page.click('.exact .primary');
    await computed(page, '.exact .primary:has-text("Exact: known")');
    assert.match((await page.textContent('.figures small'))!, /^exact \d/);
    assert.equal(await page.getAttribute('body', 'data-progress'), 'seen');
    // Stopped as soon as there is something to stop.
    await page.evaluate(() => {
      const watcher = new MutationObserver(() => {
        const cancel = document.querySelector<HTMLElement>('.exact .job button');
        if (!cancel) return;
        watcher.disconnect();
        cancel.click();
      });
      watcher.observe(document.body, { subtree: true, childList: true });
    });
    const [stopped] = await Promise.all([
      page.waitForResponse((answer) => answer.request().method() === 'DELETE', { timeout: 0 }),
      page.click('.exact .buttons button:nth-child(2)'),
    ]);
    await page.waitForSelector('.job', { state: 'detached', timeout: 0 });
    // It may have been done before it was told.
    if (stopped.status() === 204) assert.equal(await page.locator(exactPoints('0')).count(), 1);
    else await computed(page, exactPoints('11'));
    await page.click('.exact .buttons button:nth-child(2)');
    await computed(page, exactPoints('11'));
    await page.click('section.coreset .empty button');
    await computed(page, 'section.coreset [role=img]');
  });

  await t.test('the address holds the state', async () => {
    await soon(page, (state) => location.hash.includes(state), 'tau=0.2&');
    const again = await opened(context, url);
    await again.page.goto(page.url());
    await computed(again.page, VIEWS);
    assert.equal(await again.page.textContent('output[for=cut]'), '0.200');
    assert.equal(await again.page.locator('.training .close').count(), 1);
    await again.page.close();
    assert.deepEqual(again.problems, []);
  });

  await t.test('another judge is prepared while the one before stays; the cleaning method has a level', async () => {
    await page.click('.choice >> text=witness');
    await page.waitForSelector('.cut b >> text=level');
    await computed(page, VIEWS);
    await page.locator('#cut').fill('2');
    await page.click('.choice >> text=LOF');
    await computed(page, VIEWS);
    await soon(page, (value) => document.querySelector('output[for=cut]')!.textContent === value, '0.200');
  });

  await t.test(
    'no serious accessibility fault and nothing beside the window, wide and narrow, light and dark',
    async () => {
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          assert.deepEqual(await faults(page), [], `${width} ${colorScheme}`);
        }
        assert.equal(await overflow(page), 0, `${width}`);
      }
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.emulateMedia({ colorScheme: 'light' });
    },
  );

  await t.test('the page, a view and the command are saved', async () => {
    await page.click('.save summary');
    const [html] = await Promise.all([page.waitForEvent('download', { timeout: 0 }), page.click('#save-page')]);
    assert.equal(html.suggestedFilename(), 'bracket-explorer.html');
    await html.saveAs(saved);
    assert.match(
      (await page.textContent('.save code'))!,
      /^softpatch evaluate --data \S+ .*--method softpatch-lof --tau 0\.2 --k 6 --ratio 0\.1 --noise 0\.25$/,
    );
    await page.keyboard.press('Escape');
    for (const name of NAMES) {
      const [png] = await Promise.all([
        page.waitForEvent('download', { timeout: 0 }),
        page.click(`section.${name} .head button >> text=PNG`),
      ]);
      assert.equal(png.suggestedFilename(), `${name}.png`);
      const path = join(root, `${name}.png`);
      await png.saveAs(path);
      assert.deepEqual([...(await readFile(path)).subarray(1, 4)], [...Buffer.from('PNG')]);
      assert.ok((await stat(path)).size > 3000, name);
    }
  });
  assert.deepEqual(problems, []);
  await context.close();

  for (const width of [1280, 390]) {
    await t.test(`the saved page works offline, ${width} pixels wide`, async () => {
      const offline = await browser.newContext({ offline: true, viewport: { width, height: 800 } });
      const own = await opened(offline);
      await own.page.goto(pathToFileURL(saved).href);
      await computed(own.page, VIEWS);
      assert.equal(await own.page.textContent('output[for=cut]'), '0.200');
      assert.match((await own.page.textContent('.figures small'))!, /^exact/);
      await own.page.waitForSelector('section.coreset [role=img]');
      await dragTau(own.page);
      // One is picked already, wherever τ put it: a second click would close it.
      const name = await own.page.locator('.tests button.tile[aria-pressed=false]').first().getAttribute('data-name');
      await own.page.click(`.tests button.tile[data-name="${name}"]`);
      await soon(own.page, (picked) => document.querySelector('.tests .close h3')?.textContent === picked, name);
      const sources = await own.page.$$eval('img', (all) =>
        all.map((img) => (img as HTMLImageElement).src.slice(0, 5)),
      );
      assert.deepEqual([...new Set(sources)], ['data:']);
      assert.equal(await overflow(own.page), 0);
      assert.deepEqual(await faults(own.page), []);
      assert.deepEqual(own.problems, []);
      await offline.close();
    });
  }
});
