import type { System } from '../detector/system.js';
import { SYSTEMS } from '../detector/systems.js';
import { chooseEngine } from '../device/choose.js';
import { plannedCompute, planText } from '../device/plan.js';
import { deviceCompute } from '../device/stages.js';
import { findProfile, type Profile, profileKey } from '../device/tune.js';
import type { DeviceName, EngineChoice } from '../engine/names.js';
import { loadOnnxRuntime } from '../engine/onnx.js';
import type { Resources } from '../engine/resources.js';
import { type Compute, threadCompute } from '../engine/stage.js';
import { refuseTelemetry } from '../engine/telemetry.js';
import { startThreads, type Threads } from '../kernels/threads.js';
import { type Reporter, SILENT } from '../progress.js';
import { type Cache, noCache, openCache } from '../storage/cache.js';
import { scratchCache } from '../storage/scratch.js';
import { packageVersion } from './versions.js';

/** Resources with the systems that can be fitted: what every experiment is given first, whole. */
export interface Lab extends Resources {
  readonly systems: readonly System[];
  /** Bytes of memory that a fit may use; left out: three quarters of what is free. */
  readonly memory?: number;
  /** A cache that goes with the lab, for features that do not fit into memory where nothing is to be remembered. */
  scratch(): Promise<Cache>;
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
  /** Bytes of memory that a fit may use: memory banks stream their features where they take more. Default: three quarters of what is free. */
  memory?: number;
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
  const { engine: choice = 'auto', cache, memory, reporter = SILENT, signal, systems = SYSTEMS } = options;
  refuseTelemetry();
  const threads = startThreads(options.threads);
  try {
    const compute = await chooseCompute(choice, threads, reporter);
    const scratch = scratchCache(reporter.note);
    return {
      threads,
      compute,
      cache: cache ? openCache(cache, reporter.note) : noCache(),
      reporter,
      signal,
      systems,
      memory,
      scratch: scratch.open,
      async close() {
        await threads.close();
        await scratch.remove();
      },
    };
  } catch (error) {
    await threads.close();
    throw error;
  }
}

/** Where a choice lets stages run. What `auto` opens is measured against threads once, and takes only what it does faster. */
async function chooseCompute(choice: EngineChoice, threads: Threads, reporter: Reporter): Promise<Compute> {
  const { engine, opened } = await chooseEngine(choice);
  if (!opened) return threadCompute(threads, engine);
  const device = deviceCompute(opened.device, threads);
  const slow = opened.software ? ', software: correct, but slower than threads' : '';
  if (choice !== 'auto') {
    reporter.note(`engine: ${opened.device.about}${slow}`);
    return device;
  }
  const plain = threadCompute(threads, (await hasOnnxRuntime()) ? 'onnx' : 'wasm');
  const key = profileKey([opened.device.about, packageVersion(), plain.engine], threads.count);
  const { plan } = await findProfile(key, device, plain);
  reporter.note(`auto: ${planText(device, plan)} (${opened.device.about}; softpatch doctor --tune measures again)`);
  return plannedCompute(device, plain, plan);
}

const hasOnnxRuntime = async (): Promise<boolean> => (await loadOnnxRuntime()) !== undefined;

/** Measures the stages of an engine's device against threads anew, and keeps the profile for `auto`. */
export async function tuneEngine(name: DeviceName, threads: Threads): Promise<Profile> {
  const { opened } = await chooseEngine(name);
  const plain = threadCompute(threads, (await hasOnnxRuntime()) ? 'onnx' : 'wasm');
  const key = profileKey([opened!.device.about, packageVersion(), plain.engine], threads.count);
  return findProfile(key, deviceCompute(opened!.device, threads), plain, { anew: true });
}
