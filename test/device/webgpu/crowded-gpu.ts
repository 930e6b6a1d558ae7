import type { Gpu } from '../../../src/device/webgpu/gpu.js';

/** A GPU that refuses one of the rooms asked for. */
export interface CrowdedGpu extends Gpu {
  /** Which room is refused, counted from 0, and how many were asked for; set by the test. */
  refused: number;
  asked: number;
}

/** The same device with one room that it has not. */
export function crowdedGpu(gpu: Gpu): CrowdedGpu {
  const crowded: CrowdedGpu = {
    ...gpu,
    refused: 0,
    asked: 0,
    room: (count) => (crowded.asked++ === crowded.refused ? { ...gpu.room(2 ** 45), size: 16 } : gpu.room(count)),
  };
  return crowded;
}
