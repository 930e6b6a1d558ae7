import type { LeftOut } from './left-out.js';

/** One image of a category. */
export interface Sample {
  /** Absolute path. */
  path: string;
  /** Path relative to the category's folder, with forward slashes: how manifests and results name it. */
  name: string;
  /** 0 nominal, 1 anomalous, null unknown (a mixed folder). */
  label: 0 | 1 | null;
  /** Name of the folder it lies in: `good`, a defect type, or `mixed`. */
  type: string;
  /** Path of its mask, or of a folder of masks that are united; null where there is none (nominal images, data without masks). */
  mask: string | null;
}

/** A category's images: types sorted, then file names sorted (docs/methods.md 1.1). */
export interface Category {
  name: string;
  root: string;
  train: Sample[];
  test: Sample[];
  /** Whether defects have masks, so that pixel metrics exist. */
  masked: boolean;
  /** Files among the images that were not read. */
  leftOut: readonly LeftOut[];
}
