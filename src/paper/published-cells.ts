import { z } from 'zod';

/** The fifteen categories of MVTec AD, in the order of {@link PublishedColumn.cells}. */
export const PUBLISHED_CATEGORIES: readonly string[] = [
  'bottle',
  'cable',
  'capsule',
  'carpet',
  'grid',
  'hazelnut',
  'leather',
  'metal_nut',
  'pill',
  'screw',
  'tile',
  'toothbrush',
  'transistor',
  'wood',
  'zipper',
];

/** Tables made of AUROCs. */
export type AurocTable = 'table-5' | 'table-6' | 'table-7';
export const AUROC_TABLES: readonly AurocTable[] = ['table-5', 'table-6', 'table-7'];

/** A printed column: a system in a setting, r = 0.1, WideResNet50-2, ρ = 0.1, one run. */
export interface PublishedColumn {
  table: AurocTable;
  system: string;
  overlap: boolean;
  /** The Average row; Table 5 prints none. */
  printedAverage?: number;
  /** AUROC as printed, a category each. */
  cells: number[];
}

const auroc = z.number().min(0).max(1);
const column: z.ZodType<PublishedColumn> = z.strictObject({
  table: z.enum(AUROC_TABLES),
  system: z.string(),
  overlap: z.boolean(),
  printedAverage: auroc.optional(),
  cells: z.array(auroc).length(PUBLISHED_CATEGORIES.length),
});

/**
 * Every printed cell of the appendix's Tables 5 (pixel AUROC), 6 (image AUROC) and 7 (captioned pixel AUROC, four columns of which
 * repeat Table 6), in the order of the print (docs/methods.md 9).
 */
export const PUBLISHED_COLUMNS: readonly PublishedColumn[] = z.array(column).parse([
  {
    table: 'table-5',
    system: 'padim',
    overlap: false,
    cells: [0.986, 0.916, 0.986, 0.992, 0.974, 0.987, 0.994, 0.933, 0.956, 0.989, 0.956, 0.991, 0.96, 0.973, 0.986],
  },
  {
    table: 'table-5',
    system: 'cflow',
    overlap: false,
    cells: [0.984, 0.958, 0.985, 0.989, 0.947, 0.991, 0.994, 0.956, 0.983, 0.977, 0.953, 0.988, 0.887, 0.964, 0.978],
  },
  {
    table: 'table-5',
    system: 'patchcore',
    overlap: false,
    cells: [0.987, 0.843, 0.986, 0.992, 0.991, 0.99, 0.991, 0.842, 0.971, 0.995, 0.953, 0.989, 0.847, 0.969, 0.986],
  },
  {
    table: 'table-5',
    system: 'softpatch-nearest',
    overlap: false,
    cells: [0.987, 0.915, 0.988, 0.992, 0.99, 0.99, 0.994, 0.894, 0.974, 0.991, 0.96, 0.988, 0.965, 0.947, 0.989],
  },
  {
    table: 'table-5',
    system: 'softpatch-gaussian',
    overlap: false,
    cells: [0.986, 0.981, 0.977, 0.993, 0.989, 0.991, 0.994, 0.964, 0.972, 0.969, 0.962, 0.988, 0.954, 0.946, 0.988],
  },
  {
    table: 'table-5',
    system: 'softpatch-lof',
    overlap: false,
    cells: [0.987, 0.983, 0.99, 0.992, 0.99, 0.99, 0.993, 0.984, 0.981, 0.994, 0.954, 0.985, 0.942, 0.939, 0.988],
  },
  {
    table: 'table-5',
    system: 'padim-star',
    overlap: true,
    cells: [0.981, 0.946, 0.984, 0.98, 0.879, 0.978, 0.992, 0.911, 0.96, 0.974, 0.921, 0.954, 0.939, 0.946, 0.978],
  },
  {
    table: 'table-5',
    system: 'cflow',
    overlap: true,
    cells: [0.984, 0.95, 0.986, 0.986, 0.961, 0.982, 0.993, 0.96, 0.976, 0.973, 0.945, 0.984, 0.834, 0.934, 0.979],
  },
  {
    table: 'table-5',
    system: 'patchcore',
    overlap: true,
    cells: [0.714, 0.67, 0.883, 0.765, 0.482, 0.418, 0.683, 0.779, 0.608, 0.745, 0.7, 0.692, 0.317, 0.522, 0.823],
  },
  {
    table: 'table-5',
    system: 'patchcore-random',
    overlap: true,
    cells: [0.979, 0.969, 0.984, 0.951, 0.882, 0.957, 0.987, 0.938, 0.971, 0.953, 0.919, 0.984, 0.914, 0.896, 0.975],
  },
  {
    table: 'table-5',
    system: 'softpatch-lof',
    overlap: true,
    cells: [0.975, 0.971, 0.989, 0.989, 0.974, 0.924, 0.993, 0.983, 0.976, 0.969, 0.954, 0.985, 0.936, 0.929, 0.986],
  },
  {
    table: 'table-6',
    system: 'padim-star',
    overlap: true,
    printedAverage: 0.74,
    cells: [0.937, 0.68, 0.796, 0.89, 0.674, 0.543, 0.964, 0.82, 0.722, 0.567, 0.83, 0.7, 0.471, 0.831, 0.679],
  },
  {
    table: 'table-6',
    system: 'padim-star+padim-star',
    overlap: true,
    printedAverage: 0.828,
    cells: [0.994, 0.741, 0.854, 0.937, 0.765, 0.725, 0.979, 0.949, 0.745, 0.542, 0.906, 0.869, 0.77, 0.966, 0.678],
  },
  {
    table: 'table-6',
    system: 'cflow',
    overlap: true,
    printedAverage: 0.91,
    cells: [1.0, 0.916, 0.945, 0.96, 0.799, 0.999, 0.996, 0.957, 0.897, 0.57, 0.98, 0.878, 0.872, 0.954, 0.931],
  },
  {
    table: 'table-6',
    system: 'padim-star+cflow',
    overlap: true,
    printedAverage: 0.909,
    cells: [1.0, 0.841, 0.939, 0.95, 0.83, 0.99, 1.0, 0.986, 0.924, 0.639, 0.981, 0.928, 0.788, 0.97, 0.873],
  },
  {
    table: 'table-6',
    system: 'patchcore',
    overlap: true,
    printedAverage: 0.683,
    cells: [0.692, 0.756, 0.783, 0.681, 0.526, 0.441, 0.739, 0.765, 0.77, 0.71, 0.716, 0.8, 0.491, 0.579, 0.792],
  },
  {
    table: 'table-6',
    system: 'padim-star-0.1+patchcore',
    overlap: true,
    printedAverage: 0.916,
    cells: [0.984, 0.89, 0.892, 0.963, 0.85, 0.871, 0.957, 0.965, 0.898, 0.916, 0.939, 0.981, 0.777, 0.943, 0.909],
  },
  {
    table: 'table-6',
    system: 'padim-star+patchcore',
    overlap: true,
    printedAverage: 0.935,
    cells: [1.0, 0.888, 0.909, 0.974, 0.87, 0.929, 0.989, 0.977, 0.913, 0.907, 0.957, 0.997, 0.825, 0.976, 0.914],
  },
  {
    table: 'table-6',
    system: 'softpatch-lof',
    overlap: true,
    printedAverage: 0.982,
    cells: [1.0, 0.994, 0.955, 0.993, 0.969, 1.0, 1.0, 1.0, 0.955, 0.923, 0.981, 0.994, 0.999, 0.986, 0.974],
  },
  {
    table: 'table-7',
    system: 'padim-star',
    overlap: true,
    printedAverage: 0.74,
    cells: [0.937, 0.68, 0.796, 0.89, 0.674, 0.543, 0.964, 0.82, 0.722, 0.567, 0.83, 0.7, 0.471, 0.831, 0.679],
  },
  {
    table: 'table-7',
    system: 'padim-star+padim-star',
    overlap: true,
    printedAverage: 0.963,
    cells: [0.983, 0.954, 0.982, 0.984, 0.876, 0.977, 0.993, 0.968, 0.956, 0.968, 0.927, 0.986, 0.965, 0.947, 0.973],
  },
  {
    table: 'table-7',
    system: 'cflow',
    overlap: true,
    printedAverage: 0.91,
    cells: [1.0, 0.916, 0.945, 0.96, 0.799, 0.999, 0.996, 0.957, 0.897, 0.57, 0.98, 0.878, 0.872, 0.954, 0.931],
  },
  {
    table: 'table-7',
    system: 'padim-star+cflow',
    overlap: true,
    printedAverage: 0.969,
    cells: [0.986, 0.956, 0.985, 0.988, 0.948, 0.987, 0.995, 0.984, 0.984, 0.97, 0.946, 0.983, 0.908, 0.943, 0.967],
  },
  {
    table: 'table-7',
    system: 'patchcore',
    overlap: true,
    printedAverage: 0.683,
    cells: [0.692, 0.756, 0.783, 0.681, 0.526, 0.441, 0.739, 0.765, 0.77, 0.71, 0.716, 0.8, 0.491, 0.579, 0.792],
  },
  {
    table: 'table-7',
    system: 'padim-star-0.1+patchcore',
    overlap: true,
    printedAverage: 0.865,
    cells: [0.984, 0.738, 0.851, 0.96, 0.797, 0.798, 0.966, 0.784, 0.706, 0.887, 0.924, 0.977, 0.932, 0.8, 0.875],
  },
  {
    table: 'table-7',
    system: 'padim-star+patchcore',
    overlap: true,
    printedAverage: 0.889,
    cells: [0.985, 0.739, 0.876, 0.988, 0.818, 0.825, 0.979, 0.834, 0.713, 0.889, 0.968, 0.986, 0.945, 0.918, 0.878],
  },
  {
    table: 'table-7',
    system: 'softpatch-lof',
    overlap: true,
    printedAverage: 0.982,
    cells: [1.0, 0.994, 0.955, 0.993, 0.969, 1.0, 1.0, 1.0, 0.955, 0.923, 0.981, 0.994, 0.999, 0.986, 0.974],
  },
]);
