import type { EngineChoice } from '../engine/names.js';
import { InputError } from '../errors.js';
import { type Lab, openLab } from '../experiment/lab.js';
import type { Reporter } from '../progress.js';
import { trimCache } from '../storage/cache.js';
import { removeOwnTemporaries } from '../storage/temporaries.js';
import { checkWritableFolder } from '../storage/writable.js';
import { CACHE_FOLDER, type CacheOptions } from './options.js';
import { terminalReporter } from './reporter.js';

/**
 * Opens a lab with the command's options for its work, on the terminal: progress bars, and Ctrl-C asks the work to stop
 * cleanly, a second one ends at once. The lab is closed in any case.
 */
export async function withLab(
  options: { threads?: number; engine?: EngineChoice; memory?: number } & Partial<CacheOptions>,
  work: (lab: Lab) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const reporter = terminalReporter();
  const stop = (): void => {
    if (controller.signal.aborted) {
      if (options.cache) removeOwnTemporaries(options.cache);
      process.exit(130);
    }
    reporter.note('stopping …');
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  let lab: Lab | undefined;
  try {
    const { engine, threads, memory } = options;
    const cache = await usableCache(options.cache || null, reporter);
    lab = await openLab({ engine, threads, memory, cache, reporter, signal: controller.signal });
    await work(lab);
    if (lab.cache.folder) await trimCache(lab.cache.folder, (options.cacheLimit ?? 20) * 2 ** 30);
  } finally {
    reporter.stop();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await lab?.close();
    if (controller.signal.aborted && options.cache) removeOwnTemporaries(options.cache);
  }
}

/** The cache folder; the default one is done without where it cannot be written. @throws InputError for a folder that was named. */
async function usableCache(folder: string | null, { note }: Reporter): Promise<string | null> {
  if (folder === null) return null;
  try {
    await checkWritableFolder(folder);
    return folder;
  } catch (error) {
    if (!(error instanceof InputError) || folder !== CACHE_FOLDER) throw error;
    note(`nothing is remembered: ${error.message}`);
    return null;
  }
}
