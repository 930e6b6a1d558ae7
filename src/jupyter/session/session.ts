import type { DisplayOptions, MimeBundle } from '../../notebook/cell-host.js';
import type { SharedValue } from '../language/cell-book.js';
import { type Cells, openCells } from '../language/cells.js';
import type { FromWorker } from '../worker/messages.js';
import type { Failure } from './failure.js';
import type { RanCell } from './locate.js';
import { runFailure } from './run-failure.js';
import { typeFailure } from './type-failure.js';
import { startWorker, type WorkerProcess } from './worker-process.js';

/** What a cell's outputs are told to; also after the cell has ended. */
export interface CellSink {
  stream(name: 'stdout' | 'stderr', text: string): void;
  display(bundle: MimeBundle, options: DisplayOptions): void;
  result(bundle: MimeBundle): void;
  /** An error that no one awaited. */
  error(failure: Failure): void;
}

/** How a cell ended. */
export interface Outcome {
  /** Null: well. */
  failure: Failure | null;
  /** Whether it was stopped on request. */
  interrupted: boolean;
}

/** A notebook's code at work: one process runs it, this one knows its types. */
export interface Session {
  readonly cells: Cells;
  /** Runs a cell; one at a time. @param cell its number, each larger than the last. */
  run(cell: number, code: string, sink: CellSink): Promise<Outcome>;
  /**
   * Stops the running cell. The first time it is asked to; if it still runs {@link PATIENCE_MS} later, asking again ends the worker,
   * and every variable is lost. Without a running cell, timers that cells left behind are stopped.
   */
  interrupt(): void;
  /** Ends the process that runs the cells at once; the running cell fails and every variable is lost. */
  kill(): void;
  /** Hears every sign of life: outputs, and the worker's CPU seconds. For whoever must tell a hang from hard work. */
  onSign?: (sign: 'output' | { cpu: number }) => void;
  close(): void;
}

/** Time from which on a second interrupt ends the worker, in ms: work that can stop by itself has done so by then. */
export const PATIENCE_MS = 1500;

const STUBBORN =
  'This code does not hear the interrupt. Interrupt again to end its process; every variable is lost then.\n';

/** @param folder the notebook's folder. @param knowledge cells known already, to share what is costly to learn. */
export function startSession(folder: string, knowledge: Cells = openCells(folder)): Session {
  const ran = new Map<number, RanCell>();
  const sinks = new Map<number, CellSink>();
  /** Displays of the running cell that go with it. */
  const passing = new Set<string>();
  let worker: WorkerProcess | null = null;
  let running: { cell: number; end(outcome: Outcome, reached: ReadonlySet<string>): void } | null = null;
  let last = 0;
  let asked = 0;
  let doomed: NodeJS.Timeout | undefined;

  const heard = (message: FromWorker): void => {
    if (message.kind === 'ready') return;
    session.onSign?.('output');
    const sink = sinks.get(message.cell);
    if (message.kind === 'stream') sink?.stream(message.name, message.text);
    else if (message.kind === 'display') {
      const { bundle, options } = message;
      if (options.passing && options.id && running?.cell === message.cell) passing.add(options.id);
      sink?.display(bundle, options);
    } else if (message.kind === 'result') sink?.result(message.bundle);
    else if (message.kind === 'loose') sink?.error(runFailure(message.error, ran));
    else if (running?.cell === message.cell) {
      const { error, interrupted, reached } = message;
      running.end({ failure: error && runFailure(error, ran), interrupted }, new Set(reached));
    }
  };
  const hire = (): WorkerProcess => {
    const own = startWorker(folder, {
      message: (message) => own === worker && heard(message),
      print: (name, text) => sinks.get(running?.cell ?? last)?.stream(name, text),
      pulse: (pulse) => own === worker && session.onSign?.(pulse),
      ended(how) {
        if (own !== worker) return;
        worker = null;
        const failure = lostFailure(how, knowledge.forget());
        if (running) running.end({ failure, interrupted: asked > 0 }, new Set());
        else sinks.get(last)?.error(failure);
      },
    });
    return own;
  };

  const session: Session = {
    cells: knowledge,
    async run(cell, code, sink) {
      sinks.set(cell, sink);
      last = cell;
      const compiled = knowledge.compile(cell, code);
      if ('diagnostics' in compiled)
        return { failure: typeFailure(cell, code, compiled.diagnostics), interrupted: false };
      const { ready } = compiled;
      ran.set(cell, { code, map: ready.map });
      asked = 0;
      worker ??= hire();
      const begun = worker;
      return new Promise((done) => {
        running = {
          cell,
          end(outcome, reached) {
            clearTimeout(doomed);
            running = null;
            for (const id of passing) sink.display({ 'text/plain': '' }, { id, update: true });
            passing.clear();
            if (begun === worker) ready.keep(reached);
            done(outcome);
          },
        };
        begun.run(cell, ready.code, ready.path);
      });
    },
    interrupt() {
      if (!running) return worker?.interrupt(0);
      const { cell } = running;
      if (asked === 0) {
        asked = Date.now();
        worker?.interrupt(cell);
        doomed = setTimeout(() => running?.cell === cell && sinks.get(cell)?.stream('stderr', STUBBORN), PATIENCE_MS);
        return;
      }
      clearTimeout(doomed);
      doomed = setTimeout(() => running?.cell === cell && worker?.kill(), asked + PATIENCE_MS - Date.now());
    },
    kill: () => worker?.kill(),
    close() {
      clearTimeout(doomed);
      const own = worker;
      worker = null;
      own?.kill();
    },
  };
  worker = hire();
  return session;
}

function lostFailure(how: string, lost: readonly SharedValue[]): Failure {
  const names = lost.map(({ name }) => name).join(', ');
  const what = lost.length === 0 ? 'No variables were lost.' : `Lost: ${names}. Run their cells again.`;
  const evalue = `The process that runs the cells ${how}. ${what}`;
  return { ename: 'WorkerLost', evalue, traceback: [`\u001b[31mWorkerLost\u001b[0m: ${evalue}`] };
}
