import type { System } from '../detector/system.js';
import { SYSTEMS } from '../detector/systems.js';
import { chooseEngine } from '../device/choose.js';
import { deviceCompute } from '../device/stages.js';
import type { EngineChoice } from '../engine/names.js';
import type { Resources } from '../engine/resources.js';
import { threadCompute } from '../engine/stage.js';
import { refuseTelemetry } from '../engine/telemetry.js';
import { startThreads } from '../kernels/threads.js';
import { type Reporter, SILENT } from '../progress.js';
import { noCache, openCache } from '../storage/cache.js';

/** Resources with the systems that can be fitted: what every experiment is given first, whole. */
export interface Lab extends Resources {
  readonly systems: readonly System[];
  /** Ends the threads; work under way fails. */
  close(): Promise<void>;
}

/** How a lab is opened. */
export interface LabOptions {
  /** What computes. Default: `auto`, a real GPU where there is one, else the fastest way on the processor. */
  engine?: EngineChoice;
  /** Worker threads. Default: one a core. */
  threads?: number;
  /** Folder of remembered stage results. Default: nothing is remembered. */
  cache?: string | null;
  reporter?: Reporter;
  signal?: AbortSignal;
  /** Default: {@link SYSTEMS}; your own beside them with `[...SYSTEMS, yours]`. */
  systems?: readonly System[];
}

/**
 * Opens what experiments run with. Where work runs is decided here, once. Close it, best in a `finally`.
 * @throws InputError with the mend when an engine that was named does not start, or for an impossible number of threads.
 */
export async function openLab(options: LabOptions = {}): Promise<Lab> {
  const { engine: choice = 'auto', cache, reporter = SILENT, signal, systems = SYSTEMS } = options;
  refuseTelemetry();
  const threads = startThreads(options.threads);
  try {
    const { engine, opened } = await chooseEngine(choice);
    if (opened) {
      const slow = opened.software ? ', software: correct, but slower than threads' : '';
      reporter.note(`engine: ${opened.device.about}${slow}`);
    }
    return {
      threads,
      compute: opened ? deviceCompute(opened.device, threads) : threadCompute(threads, engine),
      cache: cache ? openCache(cache, reporter.note) : noCache(),
      reporter,
      signal,
      systems,
      close: () => threads.close(),
    };
  } catch (error) {
    await threads.close();
    throw error;
  }
}
