/**
 * What the worker's main thread and its watching thread share, as 32-bit numbers. The main thread may be busy in a loop: raising
 * the flag needs no turn of its event loop.
 */
export const RAISED = 0;
/** Number of the cell that runs; 0: none. */
export const RUNNING = 1;
/** Number of the last cell whose interrupt was heard. */
export const HEARD = 2;

/** Shared flag of a worker. */
export function createFlag(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
}
