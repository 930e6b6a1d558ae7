import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { workThrough } from '../../src/cells/work.js';
import { SILENT } from '../../src/progress.js';

/** A process of its own that works through small cells and logs every begin and end. */
const [folder, count, milliseconds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const log = (line: string): void => appendFileSync(join(folder, 'log'), `${line}\n`);
const tasks = Array.from({ length: count }, (_, i) => ({
  label: `cell ${i}`,
  plan: async () => ({
    name: `some/cell.${i}`,
    find: async () => existsSync(join(folder, `result-${i}`)),
    async compute() {
      log(`begin ${i}`);
      await sleep(milliseconds);
      writeFileSync(join(folder, `result-${i}`), '');
      log(`end ${i}`);
    },
  }),
}));
const outcome = await workThrough(folder, tasks, { reporter: SILENT, times: { beat: 0.2, stale: 2000 } });
console.log(JSON.stringify(outcome));
