import { createRequire } from 'node:module';
import { engineError } from '../engine/explain-failure.js';
import { BINDINGS, type BindingName, isInstalled } from '../engine/install/folder.js';
import { type DeviceName, type Engine, type EngineChoice, engineOf, isDevice } from '../engine/names.js';
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

/** What a choice comes to: one engine, and its device where it is one. */
export interface ChosenEngine {
  engine: Engine;
  opened: OpenDevice | null;
}

/**
 * The engine a choice means. `auto` takes the first real accelerator (never a software driver), else leaves the network to
 * threads with onnxruntime or, where that does not load, to TensorFlow on the processor or to TensorFlow.js' wasm.
 * @throws InputError with the mend when a device that was named does not start.
 */
export async function chooseEngine(
  choice: EngineChoice,
  { open, onnx, has }: Starters = STARTERS,
): Promise<ChosenEngine> {
  if (choice !== 'auto') {
    const engine = engineOf(choice);
    if (!isDevice(engine)) return { engine, opened: null };
    try {
      return { engine, opened: await open(engine) };
    } catch (error) {
      throw engineError(engine, error);
    }
  }
  const started = async (engine: DeviceName): Promise<ChosenEngine | null> => {
    if (!has(engine === 'webgpu' ? 'webgpu' : BINDINGS[engine])) return null;
    const opened = await open(engine).catch(() => null);
    return opened && !opened.software ? { engine, opened } : null;
  };
  const accelerator = (await started('webgpu')) ?? (await started('tensorflow-gpu'));
  if (accelerator) return accelerator;
  const loads = await onnx().then(
    () => true,
    () => false,
  );
  if (loads) return { engine: 'onnx', opened: null };
  return (await started('tensorflow')) ?? { engine: 'wasm', opened: null };
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
