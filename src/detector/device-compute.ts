import { deviceGreedyCoreset } from '../coreset/device-greedy.js';
import { deviceMultiplyTransposed } from '../denoise/device-project.js';
import { devicePatchWeights } from '../denoise/device-weights.js';
import type { Device } from '../engine/device.js';
import { checkCancelled } from '../errors.js';
import { deviceExtractor } from '../features/device-extract.js';
import type { Threads } from '../kernels/threads.js';
import { runFlow } from './cflow/flow-task.js';
import type { Compute } from './compute.js';
import { deviceNeighbours } from './device-neighbours.js';
import { deviceGaussians } from './device-padim.js';

/** All stages on a device; threads decode images and keep the cache meanwhile. */
export function deviceCompute(device: Device, threads: Threads): Compute {
  let index: { dispose(): void } | undefined;
  return {
    extractor: deviceExtractor(device, threads),
    multiplyTransposed: (...rest) => deviceMultiplyTransposed(device, ...rest),
    patchWeights: (...rest) => devicePatchWeights(device, ...rest),
    selectRows: (...rest) => deviceGreedyCoreset(device, ...rest),
    async indexNeighbours(...rest) {
      // One bank at a time: the last one's rows make room for the next.
      index?.dispose();
      const placed = await deviceNeighbours(device, ...rest);
      index = placed;
      return placed;
    },
    gaussians: (job, _positions, watch) => deviceGaussians(device, job, watch),
    async flow(jobs, { signal, taken } = {}) {
      const outcomes: Awaited<ReturnType<Compute['flow']>> = [];
      for (const [i, job] of jobs.entries()) {
        checkCancelled(signal);
        outcomes.push(await device.attempt(() => runFlow(device.tf, job, (steps) => taken?.(i, steps))));
      }
      return outcomes;
    },
  };
}
