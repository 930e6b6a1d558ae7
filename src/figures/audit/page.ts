import type { Audit, AuditedImage } from '../../analysis/audit.js';
import type { Progress } from '../../progress.js';
import { contentKey } from '../../storage/cache.js';
import { outlinePath } from './outline.js';
import { type CardPictures, cardPictures } from './pictures.js';
import { runAuditPage } from './script.js';
import { STYLE } from './style.js';

/**
 * The audit as one HTML page that needs nothing else: pictures with what stands out in them outlined, the nearest patch of another
 * picture beside, buttons and keys to keep or drop, and the exclusion list to download.
 * @yields the page in pieces, for it may be large. @throws InputError for a picture that cannot be read.
 */
export async function* auditPage(audit: Audit, progress?: Progress): AsyncGenerator<string> {
  const key = contentKey(audit.images.map(({ name }) => name)).slice(0, 16);
  yield `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Audit of ${text(audit.folder)}</title><style>${STYLE}</style></head>
<body data-key="${key}">
<header><h1>Audit of ${text(audit.folder)}: ${audit.images.length} images, most suspicious first</h1>
<p>${text(sentence(audit.summary))} Outlined is what other images do not show; beside it the nearest patch of another image.</p>
<p><button id="save">Save exclusion list (<span id="count">0</span>)</button>
<button id="only" aria-pressed="false">Only suspected (${audit.suspected})</button>
<button id="drop-suspected">Drop all suspected</button>
<kbd>←</kbd> <kbd>→</kbd> move, <kbd>d</kbd> drop, <kbd>g</kbd> keep, <kbd>s</kbd> save</p></header>
<main>
`;
  let at = 0;
  for await (const pictures of cardPictures(audit, progress)) yield card(audit.images[at++], pictures, audit);
  yield `</main>
<script>(${runAuditPage})();</script>
</body></html>
`;
}

function card(image: AuditedImage, { preview, pair }: CardPictures, { grid }: Audit): string {
  const { name, rank, suspected, spots, nearest, copies } = image;
  const pairs =
    pair && nearest
      ? `<div class="pair"><figure><img src="${pair[0]}" alt="" decoding="async" loading="lazy">here</figure>
<figure><img src="${pair[1]}" alt="" decoding="async" loading="lazy">nearest: ${text(nearest.name)}${nearest.suspected ? ' (suspected, too)' : ''}</figure></div>`
      : '';
  const twins = copies.length > 0 ? `<p class="why">the same file as ${text(copies.join(', '))}</p>` : '';
  return `<article tabindex="0" data-name="${text(name)}"${suspected ? ' data-suspected' : ''}>
<h2>${rank}. ${text(name)}</h2><div class="row"><div class="preview"><img src="${preview}" alt="${text(name)}" decoding="async" loading="lazy">
<svg viewBox="0 0 ${grid} ${grid}" aria-hidden="true"><path d="${outlinePath(spots, grid)}"/></svg></div>
<div><p class="why">${text(reason(image))}</p>${twins}${pairs}
<div class="choice"><button data-choice="drop" aria-pressed="false">drop</button> <button data-choice="keep" aria-pressed="false">keep</button></div></div></div></article>
`;
}

/** Why an image stands where it stands. */
function reason({ suspected, deviations, pValue, isolation, spots }: AuditedImage): string {
  const chance = pValue < 0.0001 ? 'fewer than 1 in 10,000' : `about ${(100 * pValue).toPrecision(2)} %`;
  const times = `its worst patch lies ${isolation.toFixed(2)} times as far from other images as they lie from each other`;
  const place = `${Math.abs(deviations).toFixed(1)} deviations ${deviations < 0 ? 'below' : 'above'} the median`;
  const outlined = `${spots.length} ${spots.length === 1 ? 'patch' : 'patches'} outlined`;
  return `${suspected ? 'Suspected' : 'Not suspected'}: ${times}; ${place}, as ${chance} of clean images are; ${outlined}.`;
}

function sentence(line: string): string {
  return `${line[0].toUpperCase()}${line.slice(1)}.`;
}

/** Text for HTML, also within quotes. */
function text(value: string): string {
  return value.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
