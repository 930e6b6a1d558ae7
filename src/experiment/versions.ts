import { readFileSync } from 'node:fs';

/** What produced a result. */
export interface Versions {
  softpatchLab: string;
  node: string;
  executor: string;
  weightsSha256: string;
}

/** This package's version, from its package.json. */
export function packageVersion(): string {
  const path = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
