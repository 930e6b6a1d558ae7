/** Bytes of rows that stay on a device at most: what does not fit goes through the host, block by block. */
export const MOST_RESIDENT: number = 8 * 2 ** 30;

/** Bytes of rows on each device that were not given back. */
const resident = new WeakMap<object, { bytes: number }>();
/** Gives back what nobody can reach any more; the collector knows nothing of a device's memory. */
const forgotten = new FinalizationRegistry<() => void>((free) => free());

/** Whether rows of this size may stay beside those that do. */
export function hasRoom(device: object, bytes: number): boolean {
  return (resident.get(device)?.bytes ?? 0) + bytes <= MOST_RESIDENT;
}

/**
 * Counts bytes that stay on a device. @param free must not reach the holder, nor be a closure beside one that does.
 * @returns what gives them back, once: called by hand or when the holder is collected.
 */
export function stay(device: object, holder: object, bytes: number, free: () => void): () => void {
  const held = resident.get(device) ?? { bytes: 0 };
  resident.set(device, held);
  held.bytes += bytes;
  let freed = false;
  const once = (): void => {
    if (freed) return;
    freed = true;
    held.bytes -= bytes;
    free();
  };
  forgotten.register(holder, once);
  return once;
}
