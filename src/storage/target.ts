import { readlink, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { systemCode } from '../errors.js';

/** Where the bytes of an output go: a file, reached through all links, or something that takes a stream. */
export interface Target {
  path: string;
  /** A device, pipe or socket: written as it comes, since it has no old content to keep and no name to take. */
  stream: boolean;
}

/** Paths of what this process already has open, `/dev/stdout` and the like: a file behind them is appended to, not replaced. */
const OPEN_ALREADY = /^(\/dev\/(stdout|stderr|fd\/\d+)|\/proc\/(self|\d+)\/fd\/\d+)$/;

/** Follows an output path's links, also those that lead to a file that is not there yet. */
export async function targetOf(path: string): Promise<Target> {
  if (OPEN_ALREADY.test(path)) return { path, stream: true };
  let current = path;
  for (let step = 0; step < 40; step++) {
    const link = await readlink(current).catch(() => null);
    if (link === null) break;
    current = resolve(await realpath(dirname(current)), link);
    if (OPEN_ALREADY.test(current)) return { path: current, stream: true };
  }
  try {
    const found = await stat(current);
    return { path: current, stream: !found.isFile() && !found.isDirectory() };
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return { path: current, stream: false };
    throw error;
  }
}
