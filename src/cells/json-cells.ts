import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../errors.js';
import { writeJson } from '../storage/atomic.js';
import { contentKey } from '../storage/cache.js';
import { listing } from './listing.js';
import { type Task, type WorkOptions, type WorkOutcome, workThrough } from './work.js';
import { thisWorker } from './worker.js';

/** A measurement whose result is plain JSON. */
export interface JsonTask<Result> {
  /** File-safe, perhaps with folders before it. */
  label: string;
  /** Everything the result depends on, as JSON. */
  dependsOn(): Promise<unknown>;
  compute(): Promise<Result>;
}

/**
 * Measures once among all who share a folder, each in one file `cells/LABEL_KEY.json` with its checksum ({@link workThrough}).
 * @returns what became of the work, and the results that are there, by label. @throws Cancelled.
 */
export async function jsonCells<Result>(
  folder: string,
  tasks: readonly JsonTask<Result>[],
  options: WorkOptions,
): Promise<{ outcome: WorkOutcome; results: Map<string, Result> }> {
  const { worker = thisWorker() } = options;
  const files = listing(join(folder, 'cells'));
  const keys = new Map<string, string>();
  const read = async (name: string, key: string): Promise<Result | null> => {
    const path = join(folder, 'cells', `${name}.json`);
    try {
      const { checksum, ...content } = JSON.parse(await readFile(path, 'utf8'));
      if (content.key === key && checksum === contentKey(content)) return content.result as Result;
      options.reporter.note(`${path} is damaged; computing it again`);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') options.reporter.note(`${path} is damaged; computing it again`);
    }
    return null;
  };
  const cells = tasks.map(
    (task): Task => ({
      label: task.label,
      async plan() {
        const key = keys.get(task.label) ?? contentKey(await task.dependsOn());
        keys.set(task.label, key);
        const name = nameOf(task.label, key);
        return {
          name,
          find: async () => (await read(name, key)) !== null,
          async compute() {
            const content = { key, label: task.label, result: await task.compute() };
            // As it is read back: a property without a value leaves no trace in a file.
            const plain = JSON.parse(JSON.stringify(content));
            await writeJson(join(folder, 'cells', `${name}.json`), { ...plain, checksum: contentKey(plain) });
          },
        };
      },
    }),
  );
  const known = async ({ name }: { name: string }): Promise<boolean> => (await files.names()).has(`${name}.json`);
  const outcome = await workThrough(folder, cells, {
    ...options,
    worker,
    known: worker.run === null ? undefined : known,
  });
  const results = new Map<string, Result>();
  for (const { label } of tasks) {
    const key = keys.get(label);
    const found = key === undefined ? null : await read(nameOf(label, key), key);
    if (found !== null) results.set(label, found);
  }
  return { outcome, results };
}

const nameOf = (label: string, key: string): string => `${label}_${key.slice(0, 10)}`;

/** Names and sizes of images, for what a measurement depends on. */
export function imageSizes(images: readonly { name: string; path: string }[]): Promise<[string, number][]> {
  return Promise.all(images.map(async ({ name, path }): Promise<[string, number]> => [name, (await stat(path)).size]));
}
