import type { Reporter } from '../progress.js';
import { type CellHost, cellHost } from './cell-host.js';

/** Progress is told at most this often. */
const EVERY_MS = 200;
/** Stages shorter than this are not worth a line. */
const WORTH_MS = 500;
const WIDTH = 24;

interface Stage {
  name: string;
  begun: number;
  done: number;
  total: number;
}

/** A stage as one line: `train features ━━━━━━━━━━────────────  42 %, 3 s left`. */
export function progressLine({ name, begun, done, total }: Stage, now: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const filled = Math.round(share * WIDTH);
  const bar = '━'.repeat(filled) + '─'.repeat(WIDTH - filled);
  const left = share > 0 ? ((now - begun) / 1000) * (1 / share - 1) : Number.POSITIVE_INFINITY;
  const rest = left >= 1 && left < 86_400 ? `, ${Math.ceil(left)} s left` : '';
  return `${name} ${bar} ${String(Math.floor(100 * share)).padStart(3)} %${rest}`;
}

/**
 * Progress in a notebook: a line for each stage at work, updated in place and gone with the last of them; notes are printed. Outside of
 * notebooks only notes are told. @param now milliseconds, for tests.
 */
export function cellReporter(host: () => CellHost | undefined = cellHost, now: () => number = Date.now): Reporter {
  const stages = new Set<Stage>();
  let shown: { cell: number; id: string } | null = null;
  let last = 0;
  let count = 0;
  const draw = (): void => {
    const own = host();
    const worth = [...stages].filter(({ begun }) => now() - begun >= WORTH_MS);
    if (!own || (!shown && worth.length === 0)) return;
    const update = shown?.cell === own.cell;
    if (!update) {
      if (worth.length === 0) return;
      count++;
      shown = { cell: own.cell, id: `softpatch-progress-${own.cell}-${count}` };
    }
    last = now();
    const text = worth.map((stage) => progressLine(stage, now())).join('\n');
    own.display({ 'text/plain': text }, { id: shown!.id, update, passing: true });
  };
  return {
    stage(name) {
      const stage: Stage = { name, begun: now(), done: 0, total: 1 };
      return (done, total) => {
        const isOver = done >= total;
        Object.assign(stage, { done, total });
        if (isOver) stages.delete(stage);
        else stages.add(stage);
        if (isOver ? stages.size === 0 : now() - last >= EVERY_MS) draw();
      };
    },
    note: (text) => console.log(text),
  };
}
