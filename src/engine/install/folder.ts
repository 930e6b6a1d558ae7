import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Engines that run on TensorFlow's own library. */
export type BindingName = 'tensorflow' | 'tensorflow-gpu';

/** The packages of TensorFlow's binding for Node, by engine; both register as `tensorflow`, so a process can load one of them. */
export const BINDINGS: Readonly<Record<BindingName, string>> = {
  tensorflow: '@tensorflow/tfjs-node',
  'tensorflow-gpu': '@tensorflow/tfjs-node-gpu',
};

/** Where `softpatch engine install` puts engines: beside no project, so that no `npm install` takes them away again. */
export function enginesFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.SOFTPATCH_ENGINES) return env.SOFTPATCH_ENGINES;
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'softpatch-lab', 'engines');
}

/** Folder of a binding's package among installed engines; its modules lie around it, the libraries under `wheel` above. */
export function bindingFolder(name: BindingName, folder: string = join(enginesFolder(), name)): string {
  return join(folder, 'node_modules', BINDINGS[name]);
}

/** Whether `softpatch engine install` has put the binding in place. */
export function isInstalled(name: BindingName): boolean {
  return existsSync(bindingFolder(name));
}
