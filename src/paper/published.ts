import { type AurocTable, PUBLISHED_CATEGORIES, PUBLISHED_COLUMNS, type PublishedColumn } from './published-cells.js';

/** A table's columns as printed, in its order. */
export function publishedColumns(table: AurocTable): PublishedColumn[] {
  return PUBLISHED_COLUMNS.filter((column) => column.table === table);
}

/**
 * The column that belongs under a table's caption: Table 7 repeats four detection columns of Table 6, where Table 5 holds the
 * localisation numbers meant. Undefined where the paper has no such column.
 */
export function publishedColumn(table: AurocTable, system: string, overlap: boolean): PublishedColumn | undefined {
  const of = (name: AurocTable): PublishedColumn | undefined =>
    PUBLISHED_COLUMNS.find((c) => c.table === name && c.system === system && c.overlap === overlap);
  const own = of(table);
  return own && repeatsTable6(own) ? of('table-5') : own;
}

/** Whether a column of Table 7 is one of Table 6 in all fifteen categories. */
export function repeatsTable6({ table, system, cells }: PublishedColumn): boolean {
  const detection = PUBLISHED_COLUMNS.find((c) => c.table === 'table-6' && c.system === system);
  return table === 'table-7' && detection !== undefined && cells.every((value, i) => value === detection.cells[i]);
}

/** A column's number for a category; undefined where the paper has none. */
export function publishedCell(column: PublishedColumn | undefined, category: string): number | undefined {
  return column?.cells[PUBLISHED_CATEGORIES.indexOf(category)];
}

/** A column's mean over some of the paper's categories, all fifteen by default. */
export function publishedMean(column: PublishedColumn, categories: readonly string[] = PUBLISHED_CATEGORIES): number {
  return categories.reduce((sum, category) => sum + publishedCell(column, category)!, 0) / categories.length;
}

/** Categories among some that the paper has. */
export function sharedCategories(categories: readonly string[]): string[] {
  return categories.filter((category) => PUBLISHED_CATEGORIES.includes(category));
}

/** Table 8: mean seconds of a category, training and inference, on an RTX TITAN with 24 GB. */
export const PUBLISHED_SECONDS: readonly { system: string; train: number; infer: number }[] = [
  { system: 'softpatch-lof', train: 21.2958, infer: 15.6146 },
  { system: 'patchcore', train: 21.3869, infer: 15.8763 },
  { system: 'padim-star+patchcore', train: 74.2912, infer: 15.5386 },
];

/**
 * What the authors' README claims of SoftPatch-LOF at r = 0.1 without overlap: image and pixel AUROC. Another run
 * than Table 5's: single categories of the two differ by up to .036.
 */
export const AUTHORS_README: Readonly<Record<string, readonly [image: number, pixel: number]>> = {
  bottle: [1, 0.988],
  cable: [0.99, 0.986],
  capsule: [0.965, 0.988],
  carpet: [0.997, 0.992],
  grid: [1, 0.994],
  hazelnut: [1, 0.991],
  leather: [1, 0.993],
  metal_nut: [0.999, 0.985],
  pill: [0.956, 0.98],
  screw: [0.953, 0.994],
  tile: [0.987, 0.965],
  toothbrush: [0.993, 0.986],
  transistor: [0.997, 0.906],
  wood: [0.985, 0.971],
  zipper: [0.975, 0.989],
};
