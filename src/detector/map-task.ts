import type { TaskContext } from '../kernels/task.js';
import { anomalyMap, type Border } from './map.js';

/** Patch scores [images × grid²] in shared memory to maps [images × side²]; image `image` of them. */
export interface MapJob {
  scores: Float32Array;
  maps: Float32Array;
  image: number;
  grid: number;
  side: number;
  border: Border;
  stretch: 'bilinear' | 'nearest';
}

/** Draws one image's map in place. */
export function run(_context: TaskContext, { scores, maps, image, grid, side, border, stretch }: MapJob): void {
  const own = scores.subarray(image * grid * grid, (image + 1) * grid * grid);
  maps.set(anomalyMap(own, grid, side, border, stretch), image * side * side);
}
