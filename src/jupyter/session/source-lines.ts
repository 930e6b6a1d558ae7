const RED = '\u001b[31m';
const DIM = '\u001b[2m';
const BOLD = '\u001b[1m';
const RESET = '\u001b[0m';

export const red = (text: string): string => `${RED}${text}${RESET}`;
export const dim = (text: string): string => `${DIM}${text}${RESET}`;
export const bold = (text: string): string => `${BOLD}${text}${RESET}`;

/** Lines shown before and behind the one that matters. */
const AROUND = 2;

/**
 * Lines of code around a place, the place marked below its line.
 * @param line from 0. @param column from 0, in UTF-16 units. @param length of what is marked.
 */
export function markedLines(code: string, line: number, column: number, length = 1): string[] {
  const lines = code.split('\n');
  const first = Math.max(0, line - AROUND);
  const last = Math.min(lines.length - 1, line + AROUND);
  const width = String(last + 1).length;
  const shown: string[] = [];
  for (let i = first; i <= last; i++) {
    const number = String(i + 1).padStart(width);
    if (i !== line) {
      shown.push(dim(`  ${number} │ ${lines[i]}`));
      continue;
    }
    shown.push(`${red('❱')} ${bold(`${number} │ ${lines[i]}`)}`);
    // Tabs stay tabs, so that the marker stands below its place.
    const before = lines[i].slice(0, column).replace(/[^\t]/g, ' ');
    const marked = Math.max(1, Math.min(length, lines[i].length - column));
    shown.push(`${' '.repeat(width + 5)}${before}${red('^'.repeat(marked))}`);
  }
  return shown;
}

/** Line and column of an offset, from 0. */
export function placeOf(code: string, offset: number): { line: number; column: number } {
  const before = code.slice(0, offset);
  const line = before.split('\n').length - 1;
  return { line, column: offset - (before.lastIndexOf('\n') + 1) };
}
