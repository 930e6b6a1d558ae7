import { inspect } from 'node:util';
import type { FromWorker } from './messages.js';

type StreamName = 'stdout' | 'stderr';

/** Text of prints on its way to the kernel: told together, so that a flood of lines is a few messages. */
export interface Streams {
  write(cell: number, name: StreamName, text: string): void;
  /** Tells what is left, before anything else of a cell is told. */
  flush(): void;
}

const WINDOW_MS = 40;
/** Prints told at once in a window; only a flood is gathered. A busy loop lets no timer run: what it prints must leave at once. */
const AT_ONCE = 8;
const AT_MOST = 1 << 16;

export function createStreams(tell: (message: FromWorker) => void): Streams {
  let text = '';
  let cell = 0;
  let name: StreamName = 'stdout';
  let window = 0;
  let told = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (!text) return;
    tell({ kind: 'stream', cell, name, text });
    text = '';
    told++;
  };
  return {
    flush,
    write(own, stream, part) {
      if (own !== cell || stream !== name) flush();
      cell = own;
      name = stream;
      text += part;
      if (Date.now() - window > WINDOW_MS) {
        window = Date.now();
        told = 0;
      }
      if (text.length > AT_MOST || told < AT_ONCE) flush();
      else timer ??= setTimeout(flush, WINDOW_MS).unref();
    },
  };
}

/** Sends what this process prints to `write` instead. */
export function takeOver(write: (name: StreamName, text: string) => void): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const taken = (chunk: unknown, ...rest: unknown[]): boolean => {
      const [encoding] = rest;
      const bytes = chunk instanceof Uint8Array ? Buffer.from(chunk) : null;
      const plain = typeof chunk === 'string' ? chunk : inspect(chunk);
      write(
        name,
        bytes
          ? bytes.toString()
          : encoding === 'hex' || encoding === 'base64'
            ? Buffer.from(plain, encoding).toString()
            : plain,
      );
      const done = rest.find((value) => typeof value === 'function') as (() => void) | undefined;
      if (done) queueMicrotask(done);
      return true;
    };
    process[name].write = taken as typeof process.stdout.write;
  }
}
