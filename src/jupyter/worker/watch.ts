// A thread beside the one that runs cells: hears interrupts while that one is busy, tells the CPU time used, and ends the process
// when the kernel is gone.
import { Socket } from 'node:net';
import { workerData } from 'node:worker_threads';
import { HEARD, RAISED, RUNNING } from './flag.js';

/** The pipe to the kernel, beside the channel that only the main thread hears. */
const PIPE = 4;
const PULSE_MS = 500;
/** A main thread that has not heard an interrupt by then is busy in code without a check. */
const DEAF_MS = 300;

const flag = workerData as Int32Array;
const pipe = new Socket({ fd: PIPE, readable: true, writable: true });

pipe.on('data', (data) => {
  for (const line of data.toString().split('\n').filter(Boolean)) interrupt(Number(line));
});
pipe.on('close', () => process.kill(process.pid, 'SIGKILL'));
pipe.on('error', () => process.kill(process.pid, 'SIGKILL'));
setInterval(() => {
  const { user, system } = process.cpuUsage();
  pipe.write(`${JSON.stringify({ cpu: (user + system) / 1e6 })}\n`);
}, PULSE_MS);

function interrupt(cell: number): void {
  if (Atomics.load(flag, RUNNING) !== cell) return;
  Atomics.store(flag, RAISED, 1);
  setTimeout(() => {
    const isDeaf = Atomics.load(flag, RUNNING) === cell && Atomics.load(flag, HEARD) !== cell;
    // Ends a call into a library before the cell's first await; elsewhere it is ignored. Windows would end the process.
    if (isDeaf && process.platform !== 'win32') process.kill(process.pid, 'SIGINT');
  }, DEAF_MS);
}
