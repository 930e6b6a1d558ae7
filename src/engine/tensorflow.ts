import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import { BINDINGS, type BindingName, bindingFolder, isInstalled } from './install/folder.js';
import { prepareNvidia } from './nvidia-environment.js';
import { installWebGpu } from './webgpu.js';

/** The one place that imports TensorFlow.js and its backends; heavy packages, so each is loaded on first use. */
export type TensorFlow = typeof import('@tensorflow/tfjs-core');

/** Backends of TensorFlow.js: two that are always there, and those of optional packages. */
export type Backend = 'wasm' | 'cpu' | 'webgpu' | 'tensorflow' | 'tensorflow-gpu';

let loaded: Promise<TensorFlow> | undefined;
const prepared = new Map<Backend, Promise<string>>();

/**
 * TensorFlow.js with a backend ready. Every backend registers on the one tfjs-core of the process; the last asked for is
 * the current one.
 * @throws whatever the backend's package throws where it is missing or broken.
 */
export async function loadTensorFlow(backend: Backend = 'wasm'): Promise<TensorFlow> {
  loaded ??= import('@tensorflow/tfjs-core');
  const tf = await loaded;
  let ready = prepared.get(backend);
  if (!ready) {
    tf.enableProdMode();
    ready = register(backend);
    prepared.set(backend, ready);
    ready.catch(() => prepared.delete(backend));
  }
  const name = await ready;
  if (tf.getBackend() !== name) {
    if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js could not start its ${name} backend`);
    await tf.ready();
  }
  return tf;
}

/** Loads a backend's package; returns the name it registers. */
async function register(backend: Backend): Promise<string> {
  switch (backend) {
    case 'wasm':
      await import('@tensorflow/tfjs-backend-wasm');
      return 'wasm';
    case 'cpu':
      await import('@tensorflow/tfjs-backend-cpu');
      return 'cpu';
    case 'webgpu':
      await installWebGpu();
      await import(WEBGPU_BACKEND);
      return 'webgpu';
    default:
      loadBinding(backend);
      return 'tensorflow';
  }
}

// A name in a variable, because the package is optional and may be absent where this is compiled.
const WEBGPU_BACKEND = '@tensorflow/tfjs-backend-webgpu';

/**
 * The last release of the binding (4.22.0) calls `util.isNullOrUndefined` and its like, which Node 23 removed; they are
 * put back before it loads.
 */
export function restoreRemovedUtil(target: Record<string, unknown> = util as never): void {
  target.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  target.isArray ??= Array.isArray;
}

/**
 * Loads the binding that `softpatch engine install` built, else the package among the modules. It brings a tfjs-core of its own
 * where it was installed apart; both share the process's one engine and its registry of kernels.
 */
function loadBinding(name: BindingName): void {
  restoreRemovedUtil();
  prepareNvidia();
  const own = isInstalled(name) ? join(bindingFolder(name), 'package.json') : import.meta.url;
  quietly(() => createRequire(own)(BINDINGS[name]));
}

/** Keeps a package's words to itself: it says that the kernels it brings are there already, one by one. */
function quietly(load: () => void): void {
  const { warn, log } = console;
  console.warn = () => {};
  console.log = () => {};
  try {
    load();
  } finally {
    Object.assign(console, { warn, log });
  }
}
