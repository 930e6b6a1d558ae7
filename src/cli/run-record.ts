import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Engine } from '../engine/names.js';
import { systemCode } from '../errors.js';
import { libraryVersions, packageVersion } from '../experiment/versions.js';
import { pictureHash } from '../features/picture-groups.js';
import { writeError } from '../storage/atomic.js';
import { fileHash } from '../storage/file-hash.js';
import { targetOf } from '../storage/target.js';
import { STDOUT } from './outputs.js';

/** What a command tells of its run. */
export interface RunDescription {
  /** Everything the results depend on beside the inputs, resolved. */
  configuration: unknown;
  /** null where nothing was computed. */
  engine: Engine | null;
  /** SHA-256 of the networks' weights, or of what random ones are drawn from. */
  weights: readonly string[];
  /** Images by what they were used for. */
  images?: Readonly<Record<string, readonly string[]>>;
  /** Other files that were read, by what they are; undefined ones were not given. */
  files?: Readonly<Record<string, string | undefined>>;
  /** Files that were written; undefined ones were not asked for. */
  outputs?: readonly (string | undefined)[];
  /** Folders that were written into. */
  folders?: readonly (string | undefined)[];
  /** What could not be done, where the rest was. */
  failures?: readonly string[];
}

export function addRecord(command: Command): Command {
  return command.option('--no-record', 'write no run.json beside the outputs');
}

/**
 * Writes what a run was beside each of its outputs: `run.json` in a folder, `scores.run.json` beside `scores.csv`. What another run
 * left there stays: the next free of `run-2.json`, `run-3.json`, … is taken. Streams and devices have no place beside them.
 * @throws InputError when a record cannot be written.
 */
export async function recordRun({ record }: { record: boolean }, run: RunDescription): Promise<void> {
  const outputs = (run.outputs ?? []).filter((path): path is string => path !== undefined && path !== STDOUT);
  const files: string[] = [];
  for (const path of outputs) if (!(await targetOf(path)).stream) files.push(path);
  const folders = (run.folders ?? []).filter((path) => path !== undefined);
  const places = new Set([...files.map(besideFile), ...folders.map((folder) => join(folder, 'run'))]);
  if (!record || places.size === 0) return;
  const text = `${JSON.stringify(await described(run, files, folders), null, 2)}\n`;
  for (const place of places) await writeNext(place, text);
}

async function described(run: RunDescription, files: readonly string[], folders: readonly string[]): Promise<object> {
  const { configuration, engine, weights, images = {}, failures = [] } = run;
  const { platform, arch } = process;
  const read = Object.entries(run.files ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const imageSets: Record<string, object> = {};
  for (const [use, paths] of Object.entries(images)) {
    if (paths.length > 0) imageSets[use] = await describedImages(paths);
  }
  return {
    format: 'softpatch-lab/run',
    version: 1,
    started: new Date(performance.timeOrigin).toISOString(),
    seconds: Math.round(performance.now()) / 1000,
    folder: process.cwd(),
    arguments: process.argv.slice(2),
    configuration,
    versions: {
      softpatchLab: packageVersion(),
      node: process.version,
      platform: `${platform} ${arch}`,
      engine,
      libraries: libraryVersions(),
    },
    inputs: {
      weightsSha256: [...new Set(weights)],
      images: imageSets,
      files: await Promise.all(read.map(async ([what, path]) => ({ what, ...(await describedFile(path)) }))),
    },
    outputs: [...(await Promise.all(files.map(describedFile))), ...folders.map((path) => ({ path: resolve(path) }))],
    failures,
  };
}

const describedFile = async (path: string): Promise<object> => ({ path: resolve(path), sha256: await fileHash(path) });

/** Their number, and one hash over their hashes in order, a line each; `-` stands for one that could not be read. */
async function describedImages(paths: readonly string[]): Promise<object> {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${await pictureHash(path).catch(() => '-')}\n`);
  return { count: paths.length, sha256: hash.digest('hex') };
}

/** `out/scores.csv` → `out/scores.run`. */
function besideFile(path: string): string {
  return join(dirname(path), `${basename(path, extname(path))}.run`);
}

async function writeNext(place: string, text: string): Promise<void> {
  for (let n = 1; ; n++) {
    const path = n === 1 ? `${place}.json` : `${place}-${n}.json`;
    try {
      return await writeFile(path, text, { flag: 'wx' });
    } catch (error) {
      if (systemCode(error) === 'EEXIST') continue;
      if (systemCode(error) === 'ENOSPC') await rm(path, { force: true });
      throw writeError(path, error);
    }
  }
}
