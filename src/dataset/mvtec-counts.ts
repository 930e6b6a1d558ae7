import type { Category } from './category.js';

/** Official MVTec AD counts: training images, nominal test images, anomalous test images (docs/methods.md 1.1). */
export const MVTEC_COUNTS: Readonly<Record<string, readonly [train: number, good: number, anomalous: number]>> = {
  bottle: [209, 20, 63],
  cable: [224, 58, 92],
  capsule: [219, 23, 109],
  carpet: [280, 28, 89],
  grid: [264, 21, 57],
  hazelnut: [391, 40, 70],
  leather: [245, 32, 92],
  metal_nut: [220, 22, 93],
  pill: [267, 26, 141],
  screw: [320, 41, 119],
  tile: [230, 33, 84],
  toothbrush: [60, 12, 30],
  transistor: [213, 60, 40],
  wood: [247, 19, 60],
  zipper: [240, 32, 119],
};

/** What a category has beside what it should have; null where MVTec has no such category. */
export interface CountReport {
  category: string;
  found: { train: number; good: number; anomalous: number };
  expected: { train: number; good: number; anomalous: number } | null;
  /** One sentence per difference; empty when all is as published. */
  differences: string[];
}

/** Compares a category's counts with the official table. */
export function checkCounts(category: Category): CountReport {
  const found = {
    train: category.train.length,
    good: category.test.filter(({ label }) => label === 0).length,
    anomalous: category.test.filter(({ label }) => label === 1).length,
  };
  const row = MVTEC_COUNTS[category.name];
  if (!row) return { category: category.name, found, expected: null, differences: [] };
  const expected = { train: row[0], good: row[1], anomalous: row[2] };
  const differences = (Object.keys(expected) as (keyof typeof expected)[])
    .filter((part) => found[part] !== expected[part])
    .map((part) => `${category.name} has ${found[part]} ${part} images, MVTec AD has ${expected[part]}`);
  return { category: category.name, found, expected, differences };
}
