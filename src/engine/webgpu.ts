import { createRequire } from 'node:module';
import process from 'node:process';
import { tryGraphics } from './graphics-trial.js';
import { vulkanDrivers } from './vulkan-drivers.js';

/** The parts of the npm package `webgpu` (Dawn) that are used; an optional peer. */
interface Dawn {
  create(options: readonly string[]): { requestAdapter(options?: object): Promise<Adapter | null> };
  globals: object;
}

/** What an adapter says of itself. */
export interface Adapter {
  info: {
    vendor: string;
    architecture: string;
    device: string;
    description: string;
    isFallbackAdapter?: boolean;
  };
  isFallbackAdapter?: boolean;
  limits: { maxBufferSize: number; maxStorageBufferBindingSize: number };
}

const PACKAGE = 'webgpu';
let installed: Promise<Adapter> | undefined;

/**
 * Puts `navigator.gpu` where TensorFlow.js looks for it and returns the adapter.
 * @throws when the package is missing or broken, the Vulkan loader is not there, or no driver offers an adapter.
 */
export function installWebGpu(): Promise<Adapter> {
  installed ??= install();
  installed.catch(() => {
    installed = undefined;
  });
  return installed;
}

async function install(): Promise<Adapter> {
  if (process.platform === 'linux') {
    // Whether the package is there at all is said first.
    createRequire(import.meta.url).resolve(PACKAGE);
    if (!hasLibrary('libvulkan.so.1')) throw new Error('libvulkan.so.1 cannot be loaded');
    const drivers = vulkanDrivers();
    const failure = drivers.length > 0 ? await tryGraphics(drivers) : 'no adapter: no Vulkan driver is installed';
    if (failure !== null) throw new Error(failure);
  }
  return openAdapter();
}

/**
 * Opens the adapter without looking first: loaders and drivers may write to the terminal.
 * @throws when the package is missing or broken or no driver offers an adapter.
 */
export async function openAdapter(): Promise<Adapter> {
  const { create, globals } = (await import(PACKAGE)) as Dawn;
  Object.assign(globalThis, globals);
  const gpu = create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('no adapter: no graphics driver offers what WebGPU needs');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true, writable: true });
  return adapter;
}

/** True for an adapter that only pretends to be a GPU. */
export function isSoftware({ info, isFallbackAdapter }: Adapter): boolean {
  return (
    (info.isFallbackAdapter ?? isFallbackAdapter ?? false) ||
    /swiftshader|llvmpipe|lavapipe/i.test(`${info.architecture} ${info.device} ${info.description}`)
  );
}

/** Whether the system's loader finds a shared library: Node's own loader is asked, which then misses an add-on in it. */
export function hasLibrary(name: string): boolean {
  try {
    process.dlopen({ exports: {} } as NodeModule, name);
    return true;
  } catch (error) {
    return !/cannot open shared object|no such file|image not found/i.test((error as Error).message);
  }
}
