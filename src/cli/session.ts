import type { Compute } from '../detector/compute.js';
import type { EngineChoice } from '../engine/names.js';
import { openCompute } from '../experiment/resources.js';
import { startThreads, type Threads } from '../kernels/threads.js';
import { type Cache, noCache, openCache, trimCache } from '../storage/cache.js';
import type { CacheOptions } from './options.js';
import { terminalReporter } from './reporter.js';

/** What every command runs with: threads, progress, the cache, and a signal that Ctrl-C raises. */
export interface Session {
  cache: Cache;
  threads: Threads;
  /** Where the stages run. */
  compute: Compute;
  reporter: ReturnType<typeof terminalReporter>;
  signal: AbortSignal;
}

/** Runs a command's work; Ctrl-C asks it to stop cleanly, a second one ends at once. Threads are closed in any case. */
export async function withSession(
  options: { threads?: number; engine?: EngineChoice } & Partial<CacheOptions>,
  work: (session: Session) => Promise<void>,
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
  const pool = startThreads(options.threads);
  const cache = options.cache ? openCache(options.cache, reporter.note) : noCache();
  try {
    const compute = await openCompute(options.engine ?? 'auto', pool, reporter.note);
    await work({ threads: pool, compute, reporter, cache, signal: controller.signal });
    if (cache.folder) await trimCache(cache.folder, (options.cacheLimit ?? 20) * 2 ** 30);
  } finally {
    reporter.stop();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await pool.close();
  }
}
