import { Presets, SingleBar } from 'cli-progress';
import type { Reporter } from '../progress.js';

/** Progress bars on a terminal; elsewhere a line at most every five seconds and one when a stage ends. All on stderr. */
export function terminalReporter(stream: NodeJS.WriteStream = process.stderr): Reporter & { stop(): void } {
  let bar: SingleBar | undefined;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  const bars = (name: string): ((done: number, total: number) => void) => {
    stop();
    const own = new SingleBar(
      {
        format: `${name.padEnd(16)} {bar} {percentage}% | {value}/{total} | {eta_formatted}`,
        stream,
        clearOnComplete: false,
      },
      Presets.shades_classic,
    );
    return (done, total) => {
      if (bar !== own) {
        stop();
        bar = own;
        own.start(total, done);
      }
      own.update(done);
      if (done >= total) stop();
    };
  };
  const lines = (name: string): ((done: number, total: number) => void) => {
    let last = Date.now();
    return (done, total) => {
      if (done < total && Date.now() - last < 5000) return;
      last = Date.now();
      stream.write(`${name}: ${done} of ${total}\n`);
    };
  };
  return {
    stage: (name) => (stream.isTTY ? bars(name) : lines(name)),
    note(text) {
      stop();
      stream.write(`${text}\n`);
    },
    stop,
  };
}
