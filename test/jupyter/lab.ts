import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { python } from './python.js';

/** Debian's browser, or another one. */
const BROWSER = process.env.SOFTPATCH_CHROMIUM ?? '/usr/bin/chromium';
/** Folder for pictures of what was seen; none where it is not set. */
const PICTURES = process.env.SOFTPATCH_SCREENSHOTS;

/** Why tests in a browser are skipped here, or false. */
export const withoutBrowser = (): string | false =>
  existsSync(BROWSER) ? false : `needs ${BROWSER} (apt install chromium)`;

/** One output of a cell as the front end shows it. */
export interface Shown {
  mime: string;
  text: string;
}

/** A notebook open in JupyterLab. */
export interface OpenNotebook {
  readonly page: Page;
  cell(index: number): Locator;
  /** Presses Shift-Enter in a cell. */
  start(index: number): Promise<void>;
  /** Waits until a cell has run; its outputs. */
  ended(index: number): Promise<Shown[]>;
  /** Both. */
  run(index: number): Promise<Shown[]>;
  outputs(index: number): Promise<Shown[]>;
  /** Presses the Stop button. */
  stop(): Promise<void>;
  save(): Promise<void>;
  /** Keeps a picture of the page, where SOFTPATCH_SCREENSHOTS says so. */
  picture(name: string): Promise<void>;
  close(): Promise<void>;
}

/** JupyterLab from PyPI, and a browser that opens notebooks of its folder. */
export interface JupyterLab {
  open(notebook: string): Promise<OpenNotebook>;
  close(): Promise<void>;
}

const TOKEN = 'softpatch';
const SETTINGS = {
  'apputils-extension/notification': { fetchNews: 'false', checkForUpdates: false },
  // A busy machine answers late; by default the menu then stays away.
  'completer-extension/manager': { providerTimeout: 600_000 },
  // Cells out of sight are in the page, too.
  'notebook-extension/tracker': { windowingMode: 'none' },
};

/** @param root its notebooks. @param data folder with `kernels`. @param own folder for whatever it writes itself. */
export async function startLab(root: string, data: string, own: string): Promise<JupyterLab> {
  const port = await freePort();
  for (const [name, settings] of Object.entries(SETTINGS)) {
    const folder = join(own, 'settings/@jupyterlab', name.slice(0, name.indexOf('/')));
    await mkdir(folder, { recursive: true });
    const file = `${name.slice(name.indexOf('/') + 1)}.jupyterlab-settings`;
    await writeFile(join(folder, file), JSON.stringify(settings));
  }
  const server: ChildProcess = spawn(
    python('jupyter-lab'),
    [
      '--no-browser',
      '--allow-root',
      `--ServerApp.port=${port}`,
      `--ServerApp.root_dir=${root}`,
      `--IdentityProvider.token=${TOKEN}`,
    ],
    {
      stdio: 'ignore',
      env: {
        ...process.env,
        JUPYTER_PATH: data,
        JUPYTER_CONFIG_DIR: join(own, 'config'),
        JUPYTER_DATA_DIR: join(own, 'data'),
        JUPYTER_RUNTIME_DIR: join(own, 'runtime'),
        JUPYTERLAB_SETTINGS_DIR: join(own, 'settings'),
        JUPYTERLAB_WORKSPACES_DIR: join(own, 'workspaces'),
      },
    },
  );
  const address = `http://127.0.0.1:${port}`;
  while (server.exitCode === null) {
    const answer = await fetch(`${address}/api/status?token=${TOKEN}`).catch(() => null);
    if (answer?.ok) break;
    await new Promise((done) => setTimeout(done, 300));
  }
  if (server.exitCode !== null) throw new Error(`jupyter-lab ended with ${server.exitCode}`);
  const browser: Browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
  return {
    async open(notebook) {
      const page = await browser.newPage({ viewport: { width: 1200, height: 1000 } });
      // Long: nothing here may fail because the machine is busy.
      page.setDefaultTimeout(1_800_000);
      await page.goto(`${address}/lab/tree/${notebook}?token=${TOKEN}&reset`);
      const opened = openNotebook(page);
      await opened.cell(0).waitFor();
      // The toolbar says idle before the kernel is known; the status bar does not.
      await page
        .getByText(/\| Idle$/)
        .first()
        .waitFor();
      return opened;
    },
    async close() {
      await browser.close();
      server.kill();
      await new Promise((done) => server.once('exit', done));
    },
  };
}

function openNotebook(page: Page): OpenNotebook {
  const cell = (index: number): Locator => page.locator('.jp-Notebook .jp-Cell').nth(index);
  const outputs = (index: number): Promise<Shown[]> =>
    cell(index)
      .locator('.jp-OutputArea-output')
      .evaluateAll((nodes) =>
        nodes.map((node) => ({
          mime: node.getAttribute('data-mime-type') ?? '',
          text: (node as HTMLElement).innerText,
        })),
      );
  const opened: OpenNotebook = {
    page,
    cell,
    outputs,
    async start(index) {
      await cell(index).locator('.cm-content').click();
      await page.keyboard.press('Shift+Enter');
    },
    async ended(index) {
      await cell(index)
        .locator('.jp-InputPrompt', { hasText: /\[\d+\]/ })
        .waitFor();
      return outputs(index);
    },
    async run(index) {
      await opened.start(index);
      return opened.ended(index);
    },
    stop: () => page.locator('[data-jp-item-name="interrupt"]').click(),
    async save() {
      const saved = page.waitForResponse((answer) => answer.request().method() === 'PUT' && answer.ok());
      await page.keyboard.press('Control+s');
      await saved;
    },
    async picture(name) {
      if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`) });
    },
    close: () => page.close(),
  };
  return opened;
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}
