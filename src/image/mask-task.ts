import type { TaskContext } from '../kernels/task.js';
import { imageSize } from './codec.js';
import { loadMask, type MaskMode } from './mask.js';
import type { MaskDoubt } from './mask-levels.js';
import { type Preprocessing, shareOutside } from './preprocess.js';

/** An image and its mask, and how both are brought to the input's size. */
export interface MaskJob {
  path: string;
  mask: string;
  preprocessing: Preprocessing;
  mode: MaskMode;
}

/** A mask at the input's size, and what is to be said of its file. */
export interface LoadedMask {
  /** [crop × crop] of 0 and 1. */
  data: Uint8Array;
  doubts: readonly MaskDoubt[];
  /** Share of what it marks that the crop leaves outside. */
  outside: number;
}

/** Reads a mask. @throws InputError naming the file. */
export async function run(_context: TaskContext, { path, mask, preprocessing, mode }: MaskJob): Promise<LoadedMask> {
  const doubts: MaskDoubt[] = [];
  let outside = 0;
  const data = await loadMask(
    mask,
    { path, ...(await imageSize(path)) },
    preprocessing,
    mode,
    { add: (_path, own) => void doubts.push(...own) },
    (whole) => {
      outside = shareOutside(whole, preprocessing) ?? 0;
    },
  );
  return { data, doubts, outside };
}
