import type { EngineChoice } from '../engine/names.js';
import { type Lab, openLab } from '../experiment/lab.js';
import { trimCache } from '../storage/cache.js';
import type { CacheOptions } from './options.js';
import { terminalReporter } from './reporter.js';

/**
 * Opens a lab with the command's options for its work, on the terminal: progress bars, and Ctrl-C asks the work to stop
 * cleanly, a second one ends at once. The lab is closed in any case.
 */
export async function withLab(
  options: { threads?: number; engine?: EngineChoice } & Partial<CacheOptions>,
  work: (lab: Lab) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const reporter = terminalReporter();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    reporter.note('stopping …');
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  let lab: Lab | undefined;
  try {
    const { engine, threads } = options;
    lab = await openLab({ engine, threads, cache: options.cache || null, reporter, signal: controller.signal });
    await work(lab);
    if (lab.cache.folder) await trimCache(lab.cache.folder, (options.cacheLimit ?? 20) * 2 ** 30);
  } finally {
    reporter.stop();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await lab?.close();
  }
}
