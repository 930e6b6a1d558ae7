import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Engine } from '../engine/names.js';

/** What produced a result. */
export interface Versions {
  softpatchLab: string;
  node: string;
  /** What ran the networks, by name and by library; the library is `cache` where every image was remembered. */
  engine: Engine;
  library: string;
  /** The stages that a device ran, by name, and which; threads ran all others. */
  stages: Readonly<Record<string, Engine>>;
  weightsSha256: string;
}

/** Packages whose version may move numbers. */
const PACKAGES = [
  'sharp',
  'onnxruntime-node',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs-node-gpu',
  'webgpu',
] as const;

/** Versions of the libraries that are installed. */
export function libraryVersions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  const found: Record<string, string> = {};
  for (const name of PACKAGES) {
    try {
      // Not every package lets its package.json be asked for.
      const [root] = require.resolve(name).split(join('node_modules', name, '/'));
      const own = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'));
      // Another package may stand in under this name.
      if (own.name === name) found[name] = own.version;
    } catch {
      // An optional one that is not there.
    }
  }
  return found;
}

/** This package's version, from its package.json. */
export function packageVersion(): string {
  const path = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
