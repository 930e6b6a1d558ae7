import { GREEDY_ANCHORS, isGreedy } from '../coreset/anchors.js';
import { prepareGreedy } from '../coreset/greedy.js';
import { coresetSize, samplers } from '../coreset/samplers.js';
import { PROJECTED_DIMENSIONS } from '../denoise/projection.js';
import type { BankConfig } from '../detector/config.js';
import type { Resources } from '../engine/resources.js';
import type { Progress } from '../progress.js';
import type { Random } from '../random.js';

/** A coreset to select: its configuration and the patches that may enter it, all where null. */
export interface Selection {
  bank: BankConfig;
  kept: Uint8Array | null;
}

/**
 * Coresets of several configurations over the same projected patches z [n × 128], each exactly what a fit selects: greedy
 * ones share the rows' layout and run side by side, one a thread; others as they are.
 * @param random that of the fits. @throws InputError for an impossible ratio; Cancelled.
 */
export async function selectAll(
  { threads, compute, signal }: Resources,
  z: Float32Array,
  selections: readonly Selection[],
  random: Random,
  progress: Progress,
): Promise<Int32Array[]> {
  const n = z.length / PROJECTED_DIMENSIONS;
  const sizes = selections.filter(({ bank }) => isGreedy(bank.sampler)).map(({ bank }) => coresetSize(bank.ratio, n));
  const slots = Math.min(threads.count, selections.length);
  const side =
    sizes.length > 0 ? await prepareGreedy(threads, z, PROJECTED_DIMENSIONS, Math.max(...sizes), slots, 0) : null;
  const picks = new Array<Int32Array>(selections.length);
  let next = 0;
  let done = 0;
  const lane = async (slot: number): Promise<void> => {
    while (next < selections.length) {
      const at = next++;
      const { bank, kept } = selections[at];
      const { sampler, ratio, firstPickFromKept } = bank;
      const own = random.fork('sampler');
      if (side && isGreedy(sampler)) {
        const anchors = GREEDY_ANCHORS[sampler](own, n);
        const options = { count: coresetSize(ratio, n), anchors, kept: kept ?? undefined, firstPickFromKept };
        picks[at] = await side.pick(slot, options, { signal });
      } else {
        const input = { z, d: PROJECTED_DIMENSIONS, ratio, kept: kept ?? undefined, firstPickFromKept };
        picks[at] = await samplers[sampler](compute, input, own, { signal });
      }
      progress(++done, selections.length);
    }
  };
  await Promise.all(Array.from({ length: slots }, (_, slot) => lane(slot)));
  return picks;
}
