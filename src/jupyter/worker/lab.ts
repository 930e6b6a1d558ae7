import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RAISED } from './flag.js';
import { cells, Interrupted, type RunningCell } from './running-cell.js';

/** A variable that cells share. */
export interface Reference {
  v: unknown;
}

/** What makes code stoppable, in cells and in files beside the notebook. */
export interface Stopping {
  /** Element 0 is raised on an interrupt. */
  flag: Int32Array;
  /** Called by a loop that sees the flag. @throws Interrupted. */
  stop(): void;
  guard(value: unknown): Promise<unknown>;
  each(items: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<unknown>;
}

/** Files beside the notebook find {@link Stopping} here. */
export const STOPPING: symbol = Symbol.for('softpatch-lab.stopping');

export function createStopping(flag: Int32Array): Stopping {
  const guard = async (value: unknown): Promise<unknown> => {
    const cell = cells.getStore();
    return cell ? cell.guard(value) : value;
  };
  return {
    flag,
    stop() {
      const cell = cells.getStore();
      if (cell && !cell.interrupted && Atomics.load(flag, RAISED) === 1) cell.interrupt();
      if (cell?.interrupted) throw new Interrupted();
    },
    guard,
    async *each(items) {
      const own = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
      let ended = false;
      try {
        while (true) {
          const { done, value } = (await guard(own.next())) as IteratorResult<unknown>;
          ended = done === true;
          if (ended) return;
          yield value;
        }
      } finally {
        if (!ended) await own.return?.();
      }
    },
  };
}

type Callback = (...args: unknown[]) => void;

/** Timers that an interrupt of their cell ends. */
function timers(cell: RunningCell): Record<string, (...args: never[]) => unknown> {
  const once = (callback: Callback, start: (run: Callback) => object, clear: (timer: never) => void): object => {
    const timer = start((...args) => {
      cell.disown(timer);
      callback(...args);
    });
    return cell.own(timer, () => clear(timer as never));
  };
  return {
    setTimeout: (callback: Callback, ms?: number, ...args: unknown[]) =>
      once(callback, (run) => setTimeout(run, ms, ...args), clearTimeout),
    setImmediate: (callback: Callback, ...args: unknown[]) =>
      once(callback, (run) => setImmediate(run, ...args), clearImmediate),
    setInterval(callback: Callback, ms?: number, ...args: unknown[]) {
      const timer = setInterval(callback, ms, ...args);
      return cell.own(timer, () => clearInterval(timer));
    },
  };
}

/** What the compiled code of a cell calls `$lab`. @param path under which the cell runs. */
export function createLab(
  stopping: Stopping,
  shared: Map<string, Reference>,
  cell: RunningCell,
  path: string,
): Record<string, unknown> {
  const names = new Map<Reference, string>();
  return {
    ...stopping,
    ...timers(cell),
    meta: { url: pathToFileURL(path).href, filename: path, dirname: dirname(path) },
    require: createRequire(path),
    ref(name: string): Reference {
      const found = shared.get(name) ?? { v: undefined };
      shared.set(name, found);
      names.set(found, name);
      return found;
    },
    keep(reference: Reference, value: unknown): void {
      reference.v = value;
      cell.reached.add(names.get(reference)!);
    },
    result(value: unknown): void {
      cell.result = { value };
    },
    /** A named import; of a CommonJS module also what its exports hold unannounced. */
    member(module: Record<string, unknown>, name: string): unknown {
      return name in module ? module[name] : (module.default as Record<string, unknown> | undefined)?.[name];
    },
    namespace(module: Record<string, unknown>): unknown {
      const names = Object.keys(module).filter((name) => name !== 'module.exports');
      return names.length === 1 && names[0] === 'default' ? module.default : module;
    },
  };
}
