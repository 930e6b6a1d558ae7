import type { DeviceName } from '../engine/names.js';
import { loadTensorFlow, type TensorFlow } from '../engine/tensorflow.js';
import { type Adapter, installWebGpu, isSoftware } from '../engine/webgpu.js';
import { createDevice, type Device } from './device.js';
import { trafficOf } from './traffic.js';
import { openGpu } from './webgpu/gpu.js';

/** Largest working tensor: enough to keep a GPU busy, little beside its memory. */
const BUDGET = 2 ** 28;

/** A started device and what it is. */
export interface OpenDevice {
  device: Device;
  /** Not a real accelerator: a software driver, or a GPU build of TensorFlow that fell back to the processor. */
  software: boolean;
  /** Facts for people: adapter, driver, versions. */
  facts: Record<string, string>;
}

/**
 * Starts a device.
 * @throws whatever its package throws where it is missing or broken.
 */
export function openDevice(name: DeviceName): Promise<OpenDevice> {
  return name === 'webgpu' ? openWebGpu() : openBinding(name);
}

async function openWebGpu(): Promise<OpenDevice> {
  const adapter = await installWebGpu();
  const tf = await loadTensorFlow('webgpu');
  const { vendor, architecture, device, description } = adapter.info;
  const limit = Math.min(adapter.limits.maxBufferSize, adapter.limits.maxStorageBufferBindingSize);
  const software = isSoftware(adapter);
  const about = `tfjs ${tf.version_core} (webgpu, ${device || architecture || vendor || 'unnamed adapter'})`;
  const gpu = openGpu(tf.backend(), trafficOf(tf.backend()));
  const budget = Math.min(BUDGET, limit);
  return {
    device: { ...createDevice(tf, { name: 'webgpu', about, budget, scopes: gpu.scopes }), gpu },
    software,
    facts: facts({ vendor, architecture, device, driver: description, largest: megabytes(adapter) }),
  };
}

function megabytes({ limits }: Adapter): string {
  return `${Math.round(Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize) / 2 ** 20)} MiB a buffer`;
}

/** What TensorFlow's binding for Node tells beside the backend. */
interface NodeBackend {
  isUsingGpuDevice?: boolean;
  binding?: { TF_Version?: string };
}

async function openBinding(name: 'tensorflow' | 'tensorflow-gpu'): Promise<OpenDevice> {
  const tf: TensorFlow = await loadTensorFlow(name);
  const { isUsingGpuDevice = false, binding } = tf.backend() as unknown as NodeBackend;
  const library = binding?.TF_Version ?? 'of unknown version';
  const unit = isUsingGpuDevice ? 'gpu' : 'cpu';
  return {
    device: createDevice(tf, { name, about: `TensorFlow ${library} (tfjs-node, ${unit})`, budget: BUDGET }),
    software: name === 'tensorflow-gpu' && !isUsingGpuDevice,
    facts: facts({ TensorFlow: library, device: unit, 'tfjs-core': tf.version_core }),
  };
}

const facts = (all: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
