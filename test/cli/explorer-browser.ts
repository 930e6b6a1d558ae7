import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Frame, type Page } from 'playwright-core';

/** Debian's browser, or another one. */
const BROWSER = process.env.SOFTPATCH_CHROMIUM ?? '/usr/bin/chromium';
/** A browser's test waits for work, however busy the machine is; the limit ends what stands still. */
export const browserTest: { skip: string | false; timeout: number } = {
  skip: existsSync(BROWSER) ? false : `needs ${BROWSER} (apt install chromium)`,
  timeout: 3_600_000,
};
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** Frames within which a page that waits for nobody has drawn what was asked of it. */
const FRAMES = 600;
/** What an element may take to appear where nothing is computed: a page that lost it fails here, with its name. */
const MISSING_MS = 900_000;

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'], timeout: MISSING_MS });

/** A page whose problems are kept: errors, warnings of the policy, requests to elsewhere. @param own where it may ask. */
export async function opened(context: BrowserContext, own?: string): Promise<{ page: Page; problems: string[] }> {
  context.setDefaultTimeout(MISSING_MS);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (/error|warning/.test(message.type())) problems.push(message.text());
  });
  page.on('request', (request) => {
    const url = request.url();
    if (/^(https?|wss?):/.test(url) && !(own && url.startsWith(own))) problems.push(url);
  });
  return { page, problems };
}

/** Waits until the page, which has all it needs, shows something: counted in its own frames, of which a busy machine draws fewer. */
export async function soon<Arg>(page: Page | Frame, holds: (arg: Arg) => boolean, arg: Arg): Promise<void> {
  for (let frame = 0; frame < FRAMES; frame++) {
    if (await (page as Page).evaluate(holds as (arg: unknown) => boolean, arg)) return;
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
  assert.fail(`the page has not come to ${holds} of ${JSON.stringify(arg)}`);
}

/** Waits for what a server computes, however long it takes; ends where the page says what went wrong. */
export async function computed(page: Page, selector: string): Promise<void> {
  await page.waitForSelector(`${selector}, .problem`, { timeout: 0, state: 'attached' });
  assert.deepEqual(await page.locator('.problem').allTextContents(), []);
}

/** The views of the chosen setting. */
export const VIEWS = '.views:not(.stale) .figures';
export const NAMES: readonly string[] = ['auroc', 'weights', 'scores', 'roc', 'tests', 'training', 'coreset'];

/** Serious faults that keep people out, by axe-core. The policy lets no script be added, so it is run from outside. */
export async function faults(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}

/** How far the page reaches beyond its window, in pixels. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Drags τ on its slider by keys and by mouse, and looks whether the views follow. */
export async function dragTau(page: Page): Promise<void> {
  const slider = page.locator('#cut');
  const shows = (text: string): Promise<void> =>
    soon(page, (value) => document.querySelector('.figures > div:nth-child(3) b')!.textContent === value, text);
  await slider.fill('0');
  await shows('0.0 %');
  const outlined = (some: boolean): Promise<void> =>
    soon(page, (any) => document.querySelectorAll('.training .removed path').length > 0 === any, some);
  await outlined(false);
  await slider.press('ArrowRight');
  await shows('0.5 %');
  const { x, y, width, height } = (await slider.boundingBox())!;
  const along = (share: number): [number, number] => [x + width * share, y + height / 2];
  await page.mouse.move(...along(0.1));
  await page.mouse.down();
  let before = -1;
  for (const share of [0.2, 0.4, 0.6]) {
    await page.mouse.move(...along(share), { steps: 3 });
    // The thumb is wider than a point: where it comes to lie is the browser's.
    await soon(
      page,
      ([low, high]) => {
        const tau = Number(document.querySelector('output[for=cut]')!.textContent);
        const said = document.querySelector('.figures > div:nth-child(3) b')!.textContent!;
        return tau > low && tau < high && Math.abs(Number.parseFloat(said) - 100 * tau) < 0.3;
      },
      [before, share / 2 + 0.03],
    );
    before = Number(await page.textContent('output[for=cut]'));
  }
  await page.mouse.up();
  await outlined(true);
}
