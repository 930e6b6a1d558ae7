import type { PatchOrigin } from '../analysis/weight-histogram.js';

/** Colours of where a patch comes from, the same in every figure; noise is never the palest. */
export const ORIGIN_COLOURS: Readonly<Record<PatchOrigin, string>> = {
  'nominal image': '#8a8a9e',
  'noise image': '#E69F00',
  'defect patch': '#D55E00',
};

/** Colours of what a detector could know of a test image. */
export const KIND_COLOURS = { nominal: '#0072B2', 'unseen defect': '#E69F00', 'leaked defect': '#D55E00' } as const;
