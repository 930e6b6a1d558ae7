import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

const timers = new Map<string, NodeJS.Timeout>();

/** `seconds` 0 ends the signs. A claim that is gone stays gone: the file is not made anew. */
parentPort?.on('message', ({ path, seconds }: { path: string; seconds: number }) => {
  clearInterval(timers.get(path));
  timers.delete(path);
  if (seconds > 0)
    timers.set(
      path,
      setInterval(() => sign(path), 1000 * seconds),
    );
});

function sign(path: string): void {
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_APPEND);
    writeSync(file, '\n');
    closeSync(file);
  } catch {
    // A full disk or a lost folder: the claim goes stale, and another worker takes the cell.
  }
}
