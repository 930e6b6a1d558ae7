import type { SentError } from '../worker/messages.js';
import type { Failure } from './failure.js';
import { locate, type Place, type RanCell, readable } from './locate.js';
import { bold, dim, markedLines, red } from './source-lines.js';
import { type Frame, framesOf } from './stack.js';

/** Errors whose sentence says all: what is wrong and what mends it. */
const SENTENCES = new Set(['InputError', 'OutOfMemory', 'Cancelled']);
/** Places shown; recursion has more. */
const PLACES = 6;

/** A thrown value as a cell's failure: its message, the reader's own lines, everything else folded to a count. */
export function runFailure(error: SentError, cells: ReadonlyMap<number, RanCell>): Failure {
  const { name, message } = error;
  return { ename: name, evalue: readable(message), traceback: lines(error, cells) };
}

function lines(error: SentError, cells: ReadonlyMap<number, RanCell>): string[] {
  const { name, stack, cause, errors } = error;
  const message = readable(error.message);
  if (SENTENCES.has(name)) return [`${red(name)}: ${message}`];
  const shown = [`${red(name)}: ${message}`, ...places(framesOf(stack), cells)];
  for (const own of errors ?? []) shown.push('', ...lines(own, cells).map((line) => `  ${line}`));
  if (cause) shown.push('', dim('caused by'), ...lines(cause, cells));
  return shown;
}

function places(frames: readonly Frame[], cells: ReadonlyMap<number, RanCell>): string[] {
  const shown: string[] = [];
  let own = 0;
  let folded: Frame[] = [];
  const fold = (): void => {
    if (folded.length > 0) shown.push(dim(`  … ${calls(folded)}`));
    folded = [];
  };
  for (const frame of frames) {
    const place = locate(frame, cells);
    if (!place) {
      if (!isPlumbing(frame)) folded.push(frame);
      continue;
    }
    fold();
    if (own++ >= PLACES) continue;
    shown.push(`  ${bold(title(place))}`, ...markedLines(place.code, place.line, place.column));
  }
  // Calls below the cell are the kernel's; without a place of the reader's own the library's are all there is.
  if (own === 0) fold();
  if (own > PLACES) shown.push(dim(`  … ${own - PLACES} more`));
  return shown;
}

function title({ where, line, name }: Place): string {
  return `${where}, line ${line + 1}${name ? `, in ${name}` : ''}`;
}

/** The kernel's own calls, between a cell's and around it. */
function isPlumbing({ file }: Frame): boolean {
  return /[\\/]src[\\/]jupyter[\\/]|^softpatch-lab:/.test(file) || file.startsWith('node:internal');
}

function calls(frames: readonly Frame[]): string {
  const origins = new Set(frames.map(({ file }) => origin(file)));
  const names = frames.map(({ name }) => name).filter(Boolean);
  const inside = [...origins].join(', ');
  return `${frames.length} ${frames.length === 1 ? 'call' : 'calls'} inside ${inside}${names.length > 0 ? `: ${names.slice(0, 3).join(' ← ')}` : ''}`;
}

/** The package a file belongs to. */
function origin(file: string): string {
  if (file.startsWith('node:')) return 'Node';
  const found = /.*node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file);
  return found ? found[1] : 'softpatch-lab';
}
