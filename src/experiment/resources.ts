import { type Compute, threadCompute } from '../detector/compute.js';
import { chooseDevice } from '../device/choose.js';
import { deviceCompute } from '../device/compute.js';
import type { EngineChoice } from '../engine/names.js';
import type { Threads } from '../kernels/threads.js';

/**
 * Where the stages run for a choice of engine: the device it means, else the threads.
 * @param note hears which device was taken, and whether it is only a software driver.
 * @throws InputError with the mend when a device that was named does not start.
 */
export async function openCompute(
  choice: EngineChoice,
  threads: Threads,
  note: (line: string) => void = () => {},
): Promise<Compute> {
  const opened = await chooseDevice(choice);
  if (!opened) return threadCompute(threads);
  const { device, software } = opened;
  note(`engine: ${device.about}${software ? ', software: correct, but slower than threads' : ''}`);
  return deviceCompute(device, threads);
}
