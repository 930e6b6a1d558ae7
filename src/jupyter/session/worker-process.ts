import { type ChildProcess, fork } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { FromWorker, Pulse, ToWorker } from '../worker/messages.js';

/** The process that runs the code of cells. */
export interface WorkerProcess {
  run(cell: number, code: string, path: string): void;
  /** Asks the cell to stop, whether its thread is busy or not. */
  interrupt(cell: number): void;
  /** Ends the process at once. */
  kill(): void;
}

/** What a worker process is heard saying. */
export interface WorkerEars {
  message(message: FromWorker): void;
  /** Prints of native code and child processes, which know no cell. */
  print(name: 'stdout' | 'stderr', text: string): void;
  pulse(pulse: Pulse): void;
  /** It has ended, by itself or not. @param how in words. */
  ended(how: string): void;
}

const PIPE = 4;

/** Starts a worker in the notebook's folder. */
export function startWorker(folder: string, ears: WorkerEars): WorkerProcess {
  const child: ChildProcess = fork(fileURLToPath(new URL('../worker/main.js', import.meta.url)), [], {
    cwd: folder,
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const pipe = child.stdio[PIPE] as Duplex;
  let killed = false;
  child.on('message', (message) => ears.message(message as FromWorker));
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8');
    child[name]!.on('data', (text: string) => ears.print(name, text));
  }
  let rest = '';
  pipe.on('data', (data: Buffer) => {
    const lines = (rest + data.toString()).split('\n');
    rest = lines.pop()!;
    for (const line of lines) ears.pulse(JSON.parse(line) as Pulse);
  });
  // A worker that ends breaks its pipe and channel first; its end is told below.
  pipe.on('error', () => undefined);
  child.on('error', () => undefined);
  child.on('close', (code, signal) => ears.ended(killed ? 'was ended' : describeEnd(code, signal)));
  const send = (message: ToWorker): void => void child.send(message, () => undefined);
  return {
    run: (cell, code, path) => send({ kind: 'run', cell, code, path }),
    interrupt(cell) {
      send({ kind: 'interrupt' });
      pipe.write(`${cell}\n`);
    },
    kill() {
      killed = true;
      child.kill('SIGKILL');
    },
  };
}

function describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGABRT') return 'ended with SIGABRT: most often the memory of its heap was full';
  return signal ? `ended with ${signal}` : `ended with code ${code}: process.exit, or a fatal error`;
}
