import { createRequire } from 'node:module';
import { engineError } from '../engine/explain-failure.js';
import { BINDINGS, type BindingName, isInstalled } from '../engine/install/folder.js';
import { type EngineChoice, isDevice, parseChoice } from '../engine/names.js';
import { importOnnxRuntime } from '../engine/onnx.js';

import { type OpenDevice, openDevice } from './open.js';

/** How devices are started and packages looked for; given in tests. */
export interface Starters {
  open: typeof openDevice;
  onnx(): Promise<unknown>;
  /** Whether a package is there at all, without loading it. */
  has(name: string): boolean;
}

const STARTERS: Starters = { open: openDevice, onnx: importOnnxRuntime, has: hasPackage };

/**
 * The device a choice means, or null where threads do the work. `auto` takes the first real accelerator (never a software
 * driver), else leaves the network to threads with onnxruntime or, where only that is there, to TensorFlow on the processor.
 * @throws InputError with the mend when a device that was named does not start.
 */
export async function chooseDevice(
  choice: EngineChoice,
  { open, onnx, has }: Starters = STARTERS,
): Promise<OpenDevice | null> {
  if (choice !== 'auto') {
    const { name } = parseChoice(choice);
    if (!isDevice(name)) return null;
    try {
      return await open(name);
    } catch (error) {
      throw engineError(name, error);
    }
  }
  const started = async (name: 'tensorflow-gpu' | 'webgpu' | 'tensorflow'): Promise<OpenDevice | null> => {
    const needed = name === 'webgpu' ? 'webgpu' : BINDINGS[name];
    if (!has(needed)) return null;
    const opened = await open(name).catch(() => null);
    return opened && !opened.software ? opened : null;
  };
  const accelerator = (await started('tensorflow-gpu')) ?? (await started('webgpu'));
  if (accelerator) return accelerator;
  const processor = await onnx().then(
    () => true,
    () => false,
  );
  return processor ? null : started('tensorflow');
}

function hasPackage(name: string): boolean {
  const binding = (Object.keys(BINDINGS) as BindingName[]).find((engine) => BINDINGS[engine] === name);
  if (binding && isInstalled(binding)) return true;
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
