import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openSafetensors, type TensorData } from '../src/storage/safetensors.js';

/** The folder with golden values, weights and data sets that are not part of the project. */
export const SHARED: string = resolve(process.env.SOFTPATCH_SHARED ?? '../shared');

/** Path of a shared file. */
export const shared = (...parts: string[]): string => join(SHARED, ...parts);

export const GOLDEN = 'golden/softpatch-resnet18-screw30.safetensors';

/** Options for a test that needs shared files: skipped by name where one is absent. */
export function needs(...paths: string[]): { skip: string | false } {
  const missing = paths.find((path) => !existsSync(shared(path)));
  return { skip: missing ? `needs ${missing} in SOFTPATCH_SHARED` : false };
}

export interface Golden {
  train: string[];
  test: string[];
  tensor(name: string): Promise<TensorData>;
  floats(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Golden intermediates of the authors' code; image paths are absolute. */
export async function openGolden(): Promise<Golden> {
  const file = await openSafetensors(shared(GOLDEN));
  const root = shared(file.metadata.dataset);
  const paths = (key: string): string[] => JSON.parse(file.metadata[key]).map((path: string) => join(root, path));
  return {
    train: paths('train'),
    test: paths('test'),
    tensor: async (name) => (await file.read(name)).data,
    floats: (name) => file.readFloats(name),
    close: () => file.close(),
  };
}

export { relativeDifference as relativeError } from '../src/doctor/relative-difference.js';
