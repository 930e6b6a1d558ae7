import { checkWhole, countRows } from '../arguments.js';
import { sharedFloats, toShared } from '../kernels/arena.js';
import { task } from '../kernels/task.js';
import type { Threads } from '../kernels/threads.js';
import type { Watch } from '../progress.js';
import type { MapJob } from './map-task.js';

const MAP = task<typeof import('./map-task.js')>(new URL('./map-task.js', import.meta.url));

/**
 * Anomaly maps of several images in threads, an image each ({@link anomalyMap} says what a map is).
 * @param scores patch scores [images × grid²]. @returns maps [side × side] in order.
 * @throws RangeError unless scores are whole images; InputError for NaN or infinity; Cancelled.
 */
export async function anomalyMaps(
  threads: Threads,
  scores: Float32Array,
  {
    grid,
    side,
    border = 'repeat',
    stretch = 'bilinear',
  }: Pick<MapJob, 'grid' | 'side'> & Partial<Pick<MapJob, 'border' | 'stretch'>>,
  watch: Watch = {},
): Promise<Float32Array[]> {
  checkWhole('grid', grid, 1);
  checkWhole('side', side, 1);
  const images = countRows('scores', scores, grid * grid);
  const shared = toShared(scores);
  const maps = sharedFloats(images * side * side);
  const jobs = Array.from({ length: images }, (_, image) => ({
    scores: shared,
    maps,
    image,
    grid,
    side,
    border,
    stretch,
  }));
  await threads.each(MAP, jobs, watch);
  return jobs.map((_, image) => maps.subarray(image * side * side, (image + 1) * side * side));
}
