import { isGreedy } from '../coreset/anchors.js';
import { MOST_HELPERS } from '../coreset/greedy.js';
import { AXES, selectionBytes } from '../coreset/greedy-layout.js';
import { paddedWhole } from '../coreset/whole-rows.js';
import { PROJECTED_DIMENSIONS } from '../denoise/projection.js';
import { LARGEST_ARENA } from '../kernels/arena.js';
import type { BankConfig } from './config.js';
import type { StreamCost, StreamSize } from './system.js';

/** What fitting a bank on streamed patches takes. */
export function bankCost({ images, positions, dimensions }: StreamSize, config: BankConfig): StreamCost {
  const { sampler, ratio, discriminator } = config;
  const patches = images * positions;
  const greedy = isGreedy(sampler);
  const rows = sampler === 'identity' ? patches : Math.max(1, Math.trunc(ratio * patches));
  const selection = selectionBytes(patches, PROJECTED_DIMENSIONS, greedy ? rows : 1, MOST_HELPERS);
  // Beyond one arena the rows are copied into several.
  const copy = selection > LARGEST_ARENA ? 4 * patches * PROJECTED_DIMENSIONS : 0;
  // Reduced rows in single precision and in whole numbers, while they are laid out; weights, their order and the mask.
  const reduced = patches * (4 * (AXES + 1) + 2 * paddedWhole(AXES + 1));
  const projections = (discriminator ? 1 : 0) + (greedy ? 1 : 0);
  return {
    // The bank twice: as it is kept, and as it is searched.
    bytes: selection + copy + reduced + 13 * patches + 2 * 4 * rows * dimensions,
    passes: projections + 1,
    // One for each dimension of a pair of patches at a position, sorting included, and one for a (patch, pick) pair of the lazy selection: what
    // was measured lay within a half of it (docs/scale.md).
    products:
      projections * patches * dimensions * PROJECTED_DIMENSIONS +
      (discriminator ? patches * images * PROJECTED_DIMENSIONS : 0) +
      (greedy ? patches * rows : 0),
  };
}
