// The process that runs the code of cells. It hears its kernel over the channel of child_process.fork.
import { register } from 'node:module';
import { constants, Script } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { CELL_HOST, type CellHost, type DisplayOptions, type MimeBundle } from '../../notebook/cell-host.js';
import { createFlag, HEARD, RAISED, RUNNING } from './flag.js';
import { createLab, createStopping, type Reference, STOPPING } from './lab.js';
import type { FromWorker, ToWorker } from './messages.js';
import { resultBundle } from './result-bundle.js';
import { cells, Interrupted, RunningCell } from './running-cell.js';
import { sentError } from './sent-error.js';
import { createStreams, takeOver } from './streams.js';

register('./module-hooks.js', import.meta.url);

const globals = globalThis as Record<symbol, unknown>;
const START = Symbol.for('softpatch-lab.start');
/** Runs the cell up to its first await; SIGINT ends it there. */
const start = new Script(`globalThis[Symbol.for('softpatch-lab.start')]()`, { filename: 'softpatch-lab:start' });

const flag = createFlag();
new Worker(new URL('./watch.js', import.meta.url), { workerData: flag, execArgv: [] }).unref();
const stopping = createStopping(flag);
globals[STOPPING] = stopping;
const shared = new Map<string, Reference>();
/** Cells whose timers and promises may still be at work. */
const ran: RunningCell[] = [];
let running: RunningCell | null = null;

const send = (message: FromWorker): void => void process.send?.(message);
const streams = createStreams(send);
const tell = (message: FromWorker): void => {
  streams.flush();
  send(message);
};
/** The cell that code belongs to; what belongs to none is told in the one that runs, or in the last. */
const current = (): number => (cells.getStore() ?? running ?? ran.at(-1))?.number ?? 0;

takeOver((name, text) => streams.write(current(), name, text));
globals[CELL_HOST] = {
  display: (bundle: MimeBundle, options: DisplayOptions = {}) =>
    tell({ kind: 'display', cell: current(), bundle, options }),
  get cell() {
    return current();
  },
  get signal() {
    return cells.getStore()?.signal;
  },
} satisfies CellHost;

// The kernel's interrupt is a message; a terminal's Ctrl-C reaches the whole group and is the kernel's to hear.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());
process.on('exit', () => streams.flush());
const loose = (error: unknown): void => {
  if (!(error instanceof Interrupted)) tell({ kind: 'loose', cell: current(), error: sentError(error) });
};
process.on('uncaughtException', loose);
process.on('unhandledRejection', loose);

function interrupt(): void {
  if (running) Atomics.store(flag, HEARD, running.number);
  // What earlier cells left behind stops when nothing else is there to stop.
  for (const cell of running ? [running] : ran.splice(0)) if (!cell.interrupted) cell.interrupt();
}

async function run({ cell: number, code, path }: Extract<ToWorker, { kind: 'run' }>): Promise<void> {
  const cell = new RunningCell(number);
  running = cell;
  Atomics.store(flag, RAISED, 0);
  Atomics.store(flag, RUNNING, number);
  let error: unknown = null;
  let failed = false;
  try {
    await cells.run(cell, async () => {
      const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
      const make = new Script(code, { filename: path, importModuleDynamically }).runInThisContext();
      const lab = createLab(stopping, shared, cell, path);
      globals[START] = make(lab, lab.require, (lab.meta as { dirname: string }).dirname, path);
      await start.runInThisContext({ breakOnSigint: true });
      if (cell.result) {
        const bundle = await resultBundle(cell.result.value);
        if (bundle) tell({ kind: 'result', cell: number, bundle });
      }
    });
  } catch (thrown) {
    failed = true;
    error =
      (thrown as NodeJS.ErrnoException | null)?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED'
        ? new Interrupted()
        : thrown;
  }
  Atomics.store(flag, RUNNING, 0);
  Atomics.store(flag, RAISED, 0);
  running = null;
  cell.result = null;
  ran.push(cell);
  const interrupted = cell.interrupted || error instanceof Interrupted;
  tell({
    kind: 'done',
    cell: number,
    reached: [...cell.reached],
    error: failed ? sentError(error) : null,
    interrupted,
  });
}

process.on('message', (message: ToWorker) => {
  if (message.kind === 'run') void run(message);
  else interrupt();
});
send({ kind: 'ready' });
