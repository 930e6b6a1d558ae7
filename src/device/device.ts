import type { Engine } from '../engine/names.js';
import type { TensorFlow } from '../engine/tensorflow.js';
import { InputError } from '../errors.js';
import type { ErrorScopes } from './error-scopes.js';
import { type Traffic, trafficOf } from './traffic.js';
import type { Gpu } from './webgpu/gpu.js';

/** A device that runs TensorFlow.js ops on whole batches, driven from the main thread. */
export interface Device {
  /** Part of what results are remembered by, since devices agree to rounding only. */
  readonly name: Engine;
  /** For reports, e.g. `tfjs 4.22.0 (webgpu, NVIDIA H200)`. */
  readonly about: string;
  readonly tf: TensorFlow;
  /** Bytes that one working tensor may take; blocks are cut to it. */
  readonly budget: number;
  /** What went there and back so far. */
  readonly traffic: Traffic;
  /** The device for kernels of our own, where it has them. */
  readonly gpu?: Gpu;
  /**
   * Runs work on the device, one piece at a time. Tensors made meanwhile and not kept (`tf.keep`) are freed.
   * @throws OutOfMemory when the device has no room.
   */
  attempt<T>(work: () => Promise<T>): Promise<T>;
}

/** The device has no room for a block of this size; a person reads it where not even the least block fits. */
export class OutOfMemory extends InputError {
  /** @param options what the device said, in its own words. */
  constructor(problem = 'the device has no room for this', options?: ErrorOptions) {
    super(problem, 'End what else fills its memory, or choose another engine (--engine)', options);
    this.name = 'OutOfMemory';
  }
}

/** A device over a backend that is the current one. @param scopes WebGPU's own device, which keeps errors to itself. */
export function createDevice(
  tf: TensorFlow,
  { name, about, budget, scopes }: { name: Engine; about: string; budget: number; scopes?: ErrorScopes },
): Device {
  let last: Promise<unknown> = Promise.resolve();
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    scopes?.pushErrorScope('validation');
    scopes?.pushErrorScope('out-of-memory');
    tf.engine().startScope();
    let outcome: { value: T } | { error: unknown };
    try {
      outcome = { value: await work() };
    } catch (error) {
      outcome = { error };
    }
    tf.engine().endScope();
    scopes?.submit?.();
    const memory = await scopes?.popErrorScope();
    const invalid = await scopes?.popErrorScope();
    const error = 'error' in outcome ? outcome.error : undefined;
    // Errors thrown may come of one that the device kept to itself.
    const full = memory ?? [error, invalid].find(isOutOfMemory);
    if (full || invalid) scopes?.doubt?.();
    else scopes?.trust?.();
    if (full) throw new OutOfMemory(undefined, { cause: full });
    if (error) throw error;
    if (invalid) throw new Error(invalid.message);
    return (outcome as { value: T }).value;
  };
  return {
    name,
    about,
    tf,
    budget,
    traffic: trafficOf(tf.backend()),
    attempt(work) {
      const next = last.then(() => guarded(work));
      last = next.catch(() => {});
      return next;
    },
  };
}

/**
 * Work on WebGPU outside an attempt, all of which is handed in before it first waits: without this, what the device refuses would read as
 * zeros. @throws OutOfMemory when it has no room; the device's own words when it refuses otherwise.
 */
export async function insist<T>(scopes: ErrorScopes, work: () => Promise<T>): Promise<T> {
  scopes.pushErrorScope('validation');
  scopes.pushErrorScope('out-of-memory');
  const value = work();
  const said = Promise.all([scopes.popErrorScope(), scopes.popErrorScope()]);
  const [outcome, [memory, invalid]] = await Promise.all([
    value.then(
      (found) => ({ found }),
      (error: unknown) => ({ error }),
    ),
    said,
  ]);
  const error = 'error' in outcome ? outcome.error : undefined;
  const full = memory ?? [error, invalid].find(isOutOfMemory);
  if (full || invalid) scopes.doubt?.();
  if (full) throw new OutOfMemory(undefined, { cause: full });
  if ('error' in outcome) throw error;
  if (invalid) throw new Error(invalid.message);
  return outcome.found;
}

/** How TensorFlow, WebGPU and JavaScript say it; an invalid buffer is one that there was no room for. */
function isOutOfMemory(error: unknown): boolean {
  const message = (error as { message?: unknown } | null | undefined)?.message;
  if (error instanceof OutOfMemory) return true;
  return (
    typeof message === 'string' &&
    /out of memory|OUT_OF_(?:DEVICE|HOST|POOL)_MEMORY|\[Invalid Buffer\b.*due to a previous error|\bOOM\b|ResourceExhausted|failed to allocate|larger than the maximum.*size|exceeds the max.*size|array buffer allocation/i.test(
      message,
    )
  );
}

/**
 * Visits [0, total) in blocks of at most `size`; a block that does not fit is tried again at half its size, which then
 * holds for the rest.
 * @throws OutOfMemory when not even one item fits.
 */
export async function inBlocks(
  device: Pick<Device, 'attempt'>,
  total: number,
  size: number,
  visit: (from: number, to: number) => Promise<void>,
): Promise<void> {
  let block = Math.max(1, Math.floor(size));
  for (let from = 0; from < total; ) {
    const to = Math.min(total, from + block);
    try {
      await device.attempt(() => visit(from, to));
      from = to;
    } catch (error) {
      if (!(error instanceof OutOfMemory) || block === 1) throw error;
      block = Math.max(1, Math.floor(Math.min(block, to - from) / 2));
    }
  }
}
