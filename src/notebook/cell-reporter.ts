import type { Reporter } from '../progress.js';

/** A kernel loses messages sent in one go, so progress is told at most this often. */
const EVERY_MS = 500;

/** Progress as one line of a cell's output that overwrites itself; notes as lines of their own. */
export function cellReporter(write: (text: string) => void = (text) => void process.stdout.write(text)): Reporter {
  let last = 0;
  let open = false;
  const close = (): void => {
    if (open) write('\n');
    open = false;
  };
  return {
    stage: (name) => (done, total) => {
      if (done < total && Date.now() - last < EVERY_MS) return;
      last = Date.now();
      write(`\r${name}: ${total > 0 ? Math.floor((100 * done) / total) : 100} %`);
      open = true;
      if (done >= total) close();
    },
    note(text) {
      close();
      write(`${text}\n`);
    },
  };
}
