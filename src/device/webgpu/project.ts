import { countRows } from '../../arguments.js';
import type { ProjectionJob } from '../../denoise/projection.js';
import { type Rows, rowCount } from '../../engine/rows.js';
import { checkCancelled } from '../../errors.js';
import type { Watch } from '../../progress.js';
import { hasRoom } from '../resident.js';
import type { Gpu } from './gpu.js';
import { multiplyTiles } from './product.js';
import { gpuRows, tilesOf } from './rows.js';
import { layOutTiles } from './tiles.js';

/**
 * X Wᵀ on a GPU, where the result stays for the stages that follow; agrees with the threads' product to rounding.
 * @returns null where there is no room for it. @throws OutOfMemory; Cancelled.
 */
export async function gpuProject(
  gpu: Gpu,
  { rows, projection, dimensions }: ProjectionJob,
  { signal }: Watch = {},
): Promise<Rows | null> {
  checkCancelled(signal);
  const m = countRows('projection', projection, dimensions);
  if (!hasRoom(gpu, 4 * rowCount(rows, dimensions) * (dimensions + m))) return null;
  const { tiles, free } = await tilesOf(gpu, rows, dimensions);
  const matrix = layOutTiles(gpu, projection, dimensions);
  const product = multiplyTiles(gpu, tiles, matrix);
  matrix.free();
  free();
  return gpuRows(gpu, product);
}
