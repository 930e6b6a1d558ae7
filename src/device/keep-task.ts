import type { ImageSize } from '../features/input.js';
import { writeFeatures } from '../features/stored-features.js';
import type { TaskContext } from '../kernels/task.js';

/** Values [length] of image `index` among `rows`, to be remembered in a cache file. */
export interface KeepJob {
  path: string;
  size: ImageSize;
  rows: Float32Array;
  index: number;
  length: number;
}

/** Writes one image's values while the device goes on. */
export async function run(_context: TaskContext, { path, size, rows, index, length }: KeepJob): Promise<void> {
  await writeFeatures(path, { rows: rows.slice(index * length, (index + 1) * length), size });
}
