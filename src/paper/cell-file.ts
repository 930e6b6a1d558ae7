import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Suspect } from '../analysis/suspicion.js';
import type { Engine } from '../engine/names.js';
import { systemCode } from '../errors.js';
import type { Diagnostics } from '../experiment/diagnostics.js';
import type { FilterReport } from '../experiment/filter.js';
import { writeJson } from '../storage/atomic.js';
import { contentKey } from '../storage/cache.js';
import { type Cell, cellName } from './grid.js';
import type { TestScores } from './statistics.js';

/** Raise when the same configuration gives other numbers. */
export const CELL_VERSION = 1;

/** What an evaluated cell measured. */
export interface Measured {
  image: { auroc: number | null; ap: number | null; f1max: number | null };
  pixel: { auroc: number | null; ap: number | null; aupro: number | null };
  diagnostics: Diagnostics;
  filter: Omit<FilterReport, 'seconds'> | null;
  notes: string[];
  /** Scores of the test set's normal and anomalous images, in order; cells of the first releases lack them. */
  scores?: TestScores;
}

/** Median seconds of each stage over repeats, training and inference as the paper splits them. */
export interface Timed {
  repeats: number;
  machine: string;
  train: Record<string, number>;
  infer: Record<string, number>;
}

/** Coreset rows in the plane. */
export interface CoresetPoints {
  coresetSize: number;
  noiseShare: number | null;
  defectShare: number | null;
  /** How the plane was made, e.g. `t-SNE, 1,500 rows, perplexity 30`. */
  method: string;
  points: { x: number; y: number; from: 'nominal' | 'noise' | 'defect' }[];
}

/** Training images in order of suspicion. */
export interface NaturalRanking {
  images: Suspect[];
}

/** A finished cell. `key` is the hash of its full configuration, `checksum` that of everything else in the file. */
export interface CellResult {
  key: string;
  cell: Cell;
  /** What computed it, never `auto`: engines agree to rounding, so it is no part of the key. */
  engine: Engine;
  /** The stages that a device ran, by name, and which; left out where there was none. No part of the key either. */
  stages?: Readonly<Record<string, Engine>>;
  config: unknown;
  evaluate?: Measured;
  timing?: Timed;
  coreset?: CoresetPoints;
  natural?: NaturalRanking;
  /** Seconds it took, caches and company included; cells of the first releases lack them. */
  seconds?: number;
  checksum?: string;
}

/** A cell's name with a piece of its key: unlike that of the same cell under other settings. */
export function cellFileName(cell: Cell, key: string): string {
  return `${cellName(cell)}_${key.slice(0, 10)}`;
}

/** Where a cell's result lies. */
export function cellPath(folder: string, cell: Cell, key: string): string {
  return join(folder, 'cells', `${cellFileName(cell, key)}.json`);
}

/** Writes a result atomically with its checksum. */
export async function writeCell(folder: string, result: CellResult): Promise<void> {
  const { checksum: _, ...content } = result;
  await writeJson(cellPath(folder, result.cell, result.key), { ...content, checksum: contentKey(content) });
}

/** A finished cell's result; null where there is none, or after telling `damaged` where the file is not what was written. */
export async function readCell(
  folder: string,
  cell: Cell,
  key: string,
  damaged: (path: string) => void = () => undefined,
): Promise<CellResult | null> {
  const path = cellPath(folder, cell, key);
  try {
    const { checksum, ...content } = JSON.parse(await readFile(path, 'utf8')) as CellResult;
    if (checksum === contentKey(content) && content.key === key) return content;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
  }
  damaged(path);
  return null;
}
