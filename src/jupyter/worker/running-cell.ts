import { AsyncLocalStorage } from 'node:async_hooks';

/** Thrown in a cell's code where it waits or loops when it is interrupted. */
export class Interrupted extends Error {
  constructor() {
    super('stopped on request');
    this.name = 'Interrupted';
  }
}

interface Waiting {
  /** Awaits that began together have the same burst. */
  burst: number;
  end(): void;
}

/** Time that work which listens to the signal has to end by itself, in ms. */
const GRACE_MS = 1000;

/** A cell while its code runs, and afterwards for its timers and promises. */
export class RunningCell {
  readonly number: number;
  /** Names whose declaration was reached. */
  readonly reached: Set<string> = new Set<string>();
  /** Value of the last expression. */
  result: { value: unknown } | null = null;
  readonly #controller = new AbortController();
  readonly #waiting = new Set<Waiting>();
  readonly #timers = new Map<object, () => void>();
  #burst = 0;
  #listened = false;

  constructor(number: number) {
    this.number = number;
  }

  get interrupted(): boolean {
    return this.#controller.signal.aborted;
  }

  /** For work that can stop by itself: it then gets the time to. */
  get signal(): AbortSignal {
    this.#listened = true;
    return this.#controller.signal;
  }

  /** What a value or promise gives, or the end of the wait on an interrupt. */
  async guard<T>(value: T): Promise<Awaited<T>> {
    if (this.interrupted) throw new Interrupted();
    let stopped = false;
    let entry: Waiting | undefined;
    try {
      return await new Promise<Awaited<T>>((resolve, reject) => {
        entry = {
          burst: this.#newBurst(),
          end() {
            stopped = true;
            reject(new Interrupted());
          },
        };
        this.#waiting.add(entry);
        // Native functions keep the chain by which V8 finds the lines of waiting callers.
        Promise.resolve(value).then(resolve as (value: unknown) => void, reject);
      });
    } catch (error) {
      // Made here, the error knows who waited.
      throw stopped ? new Interrupted() : error;
    } finally {
      this.#waiting.delete(entry!);
    }
  }

  #newBurst(): number {
    const burst = this.#burst;
    queueMicrotask(() => {
      this.#burst = burst + 1;
    });
    return burst;
  }

  /** A timer of this cell's code, and how to clear it. */
  own<T extends object>(timer: T, clear: () => void): T {
    this.#timers.set(timer, clear);
    return timer;
  }

  disown(timer: object): void {
    this.#timers.delete(timer);
  }

  /** Aborts the signal, ends timers, then whatever still waits. */
  interrupt(): void {
    this.#controller.abort(new Interrupted());
    for (const clear of this.#timers.values()) clear();
    this.#timers.clear();
    setTimeout(() => this.#endWaits(), this.#listened ? GRACE_MS : 0);
  }

  /** The innermost waits end first, one at a time: of awaits that began together that is the first. */
  #endWaits(): void {
    const [next] = [...this.#waiting].sort((a, b) => b.burst - a.burst);
    if (!next) return;
    this.#waiting.delete(next);
    next.end();
    setImmediate(() => this.#endWaits());
  }
}

/** Which cell code belongs to, through awaits, timers and callbacks. */
export const cells: AsyncLocalStorage<RunningCell> = new AsyncLocalStorage<RunningCell>();
