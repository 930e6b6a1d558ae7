import { startThreads, type Threads } from '../kernels/threads.js';
import { terminalReporter } from './reporter.js';

/** What every command runs with: threads, progress, and a signal that Ctrl-C raises. */
export interface Session {
  threads: Threads;
  reporter: ReturnType<typeof terminalReporter>;
  signal: AbortSignal;
}

/** Runs a command's work; Ctrl-C asks it to stop cleanly, a second one ends at once. Threads are closed in any case. */
export async function withSession(
  threads: number | undefined,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const reporter = terminalReporter();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    reporter.note('stopping …');
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const pool = startThreads(threads);
  try {
    await work({ threads: pool, reporter, signal: controller.signal });
  } finally {
    reporter.stop();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await pool.close();
  }
}
