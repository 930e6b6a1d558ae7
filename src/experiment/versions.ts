import { readFileSync } from 'node:fs';
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

/** This package's version, from its package.json. */
export function packageVersion(): string {
  const path = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
