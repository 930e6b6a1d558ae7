import { fileURLToPath } from 'node:url';

/** A call in a stack as V8 prints it. */
export interface Frame {
  /** Name of the function; empty: top level or unnamed. */
  name: string;
  /** Absolute path, or `node:…`. */
  file: string;
  /** From 0, in what ran. */
  line: number;
  column: number;
}

const FRAME = /^\s+at (?:(?:async )?(?<name>.*?) \()?(?:async )?(?<file>.+?):(?<line>\d+):(?<column>\d+)\)?$/;

/** The calls of a stack, innermost first; lines of the message are left out. */
export function framesOf(stack: string): Frame[] {
  return stack.split('\n').flatMap((text) => {
    const found = FRAME.exec(text)?.groups;
    if (!found) return [];
    const { name = '', file, line, column } = found;
    return [
      { name: name.replace(/^async /, ''), file: plainPath(file), line: Number(line) - 1, column: Number(column) - 1 },
    ];
  });
}

function plainPath(file: string): string {
  if (!file.startsWith('file:')) return file;
  const end = file.indexOf('?');
  return fileURLToPath(end < 0 ? file : file.slice(0, end));
}
