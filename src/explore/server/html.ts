import { readFile } from 'node:fs/promises';
import { InputError } from '../../errors.js';
import type { Session } from '../view/session.js';

/** The page's own program and style, bundled by the build. @throws InputError where they are missing. */
export async function pageFiles(): Promise<{ script: string; style: string }> {
  const read = (name: string): Promise<string> =>
    readFile(new URL(`../page/${name}`, import.meta.url), 'utf8').catch(() => {
      throw new InputError(`the page's ${name} is missing`, 'Run npm run build');
    });
  const [script, style] = await Promise.all([read('bundle.js'), read('bundle.css')]);
  return { script, style };
}

/** Text for HTML, also within quotes. */
export function htmlText(value: string): string {
  return value.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

/** The page that a server gives. */
export function livePage({ category }: Pick<Session, 'category'>): string {
  return `${head(category)}<link rel="stylesheet" href="app.css"><script src="app.js" defer></script></head>
<body><div id="app"></div></body></html>
`;
}

/** Everything in front of a page's style and program. */
export function head(category: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">
<title>${htmlText(category)} · SoftPatch explorer</title>
`;
}
