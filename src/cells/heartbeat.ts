import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker as Thread } from 'node:worker_threads';
import { settled, temporaryFor } from '../storage/temporaries.js';

/** Signs of life, from a thread of its own: a long step of the main one does not silence them. */
export interface Heartbeat {
  /** Appends a newline to a file every so many seconds, until the returned function is called. */
  beat(path: string, seconds: number): () => void;
  /** The time of a folder's file system in milliseconds since 1970: that of a file written there just now. */
  now(folder: string): Promise<number>;
  close(): Promise<void>;
}

/** How long a file system's time is carried on by this machine's own clock, in milliseconds. */
const CARRIED = 10_000;

export function startHeartbeat(): Heartbeat {
  let thread: Thread | undefined;
  const asked = new Map<string, { at: number; time: Promise<number> }>();
  return {
    beat(path, seconds) {
      if (!thread) {
        thread = new Thread(new URL('./heartbeat-thread.js', import.meta.url), { execArgv: [] });
        thread.unref();
      }
      thread.postMessage({ path, seconds });
      return () => thread?.postMessage({ path, seconds: 0 });
    },
    async now(folder) {
      let known = asked.get(folder);
      if (!known || performance.now() - known.at > CARRIED) {
        known = { at: performance.now(), time: timeOf(folder) };
        asked.set(folder, known);
      }
      return (await known.time) + (performance.now() - known.at);
    },
    async close() {
      await thread?.terminate();
      thread = undefined;
    },
  };
}

async function timeOf(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const path = temporaryFor(join(folder, 'now'));
  try {
    const file = await open(path, 'wx');
    await file.writeFile('\n').finally(() => file.close());
    const again = await open(path, 'r');
    const { mtimeMs } = await again.stat().finally(() => again.close());
    return mtimeMs;
  } finally {
    await rm(path, { force: true });
    settled(path);
  }
}
