import { createRequire } from 'node:module';
import util from 'node:util';
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
      loadBinding(BINDINGS[backend]);
      return 'tensorflow';
  }
}

// Names in variables, because the packages are optional and may be absent where this is compiled.
const WEBGPU_BACKEND = '@tensorflow/tfjs-backend-webgpu';
/** Packages of the TensorFlow binding; both register as `tensorflow`, so a process can load one of them. */
export const BINDINGS = { tensorflow: '@tensorflow/tfjs-node', 'tensorflow-gpu': '@tensorflow/tfjs-node-gpu' } as const;

/**
 * The last release of the binding (4.22.0) calls `util.isNullOrUndefined` and its like, which Node 23 removed; they are
 * put back before it loads.
 */
export function restoreRemovedUtil(target: Record<string, unknown> = util as never): void {
  target.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  target.isArray ??= Array.isArray;
}

function loadBinding(name: string): void {
  restoreRemovedUtil();
  prepareNvidia();
  createRequire(import.meta.url)(name);
}
