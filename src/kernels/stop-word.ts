import { Cancelled } from '../errors.js';

/** A word in shared memory that tasks look at while they work: not 0 asks them to stop. */
export function stopWord(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}

/**
 * Does work whose tasks look at a stop word, which is set when the signal asks to stop and when the work fails, so that
 * no part of it goes on alone.
 * @throws Cancelled when the signal asked; else what the work threw.
 */
export async function stoppable<T>(
  word: Int32Array,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const stop = (): void => void Atomics.store(word, 0, 1);
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  try {
    return await work();
  } catch (error) {
    stop();
    throw signal?.aborted ? new Cancelled() : error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
