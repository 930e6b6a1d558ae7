import { InputError } from '../errors.js';

const PAGE = 65536;
/** Bytes that buffers of one arena take at most: WebAssembly's 4 GB without the room for alignment. */
export const LARGEST_ARENA: number = 65534 * PAGE - 65 * 64;

/** A shared memory of fixed size from which a computation takes its buffers; freed as a whole when dropped. */
export interface Arena {
  readonly id: number;
  readonly memory: WebAssembly.Memory;
  /** Takes `bytes`, zeroed, at an offset divisible by 64. Throws RangeError when the arena is used up. */
  take(bytes: number): number;
  floats(offset: number, count: number): Float32Array;
  ints(offset: number, count: number): Int32Array;
}

let lastId = 0;

/**
 * An arena of at least `bytes` (plus room for alignment of 64 buffers).
 * @throws InputError beyond WebAssembly's 4 GB.
 */
export function createArena(bytes: number): Arena {
  const pages = Math.ceil((bytes + 65 * 64) / PAGE) + 1;
  if (pages > 65536) {
    const need = (bytes / 2 ** 30).toFixed(1);
    throw new InputError(`this step needs ${need} GB in one block, more than WebAssembly's 4 GB`, 'Lower the ratio');
  }
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  let next = 1024;
  return {
    id: ++lastId,
    memory,
    take(size) {
      const at = next;
      next += Math.ceil(size / 64) * 64;
      if (next > pages * PAGE) throw new RangeError(`arena of ${pages * PAGE} bytes is used up`);
      return at;
    },
    floats: (offset, count) => new Float32Array(memory.buffer, offset, count),
    ints: (offset, count) => new Int32Array(memory.buffer, offset, count),
  };
}

/** Float32 values that worker threads can see without a copy. @throws InputError where there is no room for them. */
export function sharedFloats(count: number): Float32Array {
  try {
    return new Float32Array(new SharedArrayBuffer(count * 4));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const need = ((count * 4) / 2 ** 30).toFixed(1);
    const fix = 'Give fewer or smaller images, or lower the ratio';
    throw new InputError(`there is no room for an array of ${need} GB`, fix, { cause: error });
  }
}

/** The same values in shared memory; returned as they are when already there. */
export function toShared(values: Float32Array): Float32Array {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const copy = sharedFloats(values.length);
  copy.set(values);
  return copy;
}
