import type { FittedBank } from '../../detector/bank-system.js';
import type { EvaluateResult } from '../../experiment/evaluate.js';
import { has, type Look } from './look.js';
import { recordsBundle } from './tables.js';

/** An evaluation: its figures as a table; the text says on what. */
export const EVALUATION: Look = {
  matches: (value) => has(value, 'category', 'image', 'pixel', 'images', 'config') && has(value.image, 'auroc'),
  bundle({ category, image, pixel, config, manifest }: EvaluateResult) {
    const rows = [
      { '': 'images', AUROC: image.auroc, AP: image.ap, 'F1-max': image.f1max },
      { '': 'pixels', AUROC: pixel.auroc, AP: pixel.ap, AUPRO: pixel.aupro },
    ];
    const { 'text/html': html } = recordsBundle(rows);
    const on = `${config.method} on ${category}, ${manifest.images.length} noise images`;
    return {
      'text/html': `<p>${on}</p>\n${html}`,
      'text/plain': `${on}: image AUROC ${image.auroc?.toFixed(3) ?? '–'}, pixel AUROC ${pixel.auroc?.toFixed(3) ?? '–'}`,
    };
  },
};

/** A fitted memory bank. */
export const BANK: Look = {
  matches: (value) => has(value, 'bank', 'trace', 'seconds') && has(value.bank, 'picks'),
  bundle({ bank, trace, seconds }: FittedBank) {
    const all = trace?.kept?.length;
    const removed = trace?.kept?.reduce((sum, kept) => sum + (kept ? 0 : 1), 0);
    const facts = { 'patches in the bank': bank.picks.length, 'of all': all ?? '–', 'removed before': removed ?? '–' };
    const times = Object.entries(seconds).map(([stage, value]) => [`${stage}, s`, value]);
    return recordsBundle([{ ...facts, ...Object.fromEntries(times) }]);
  },
};
