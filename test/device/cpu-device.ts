import { createDevice, type Device } from '../../src/device/device.js';
import { loadTensorFlow } from '../../src/engine/tensorflow.js';

/** A device over the plain JavaScript backend; a small budget makes many blocks. */
export async function cpuDevice(budget: number = 2 ** 20): Promise<Device> {
  return createDevice(await loadTensorFlow('cpu'), { name: 'cpu', about: 'cpu', budget });
}
