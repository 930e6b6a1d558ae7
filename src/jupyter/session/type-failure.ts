import type { CellDiagnostic } from '../language/diagnostics.js';
import type { Failure } from './failure.js';
import { bold, markedLines, placeOf, red } from './source-lines.js';

/** More errors than these follow from the first ones, mostly. */
const AT_MOST = 5;

/** What the compiler says against a cell, as its failure: each message with its line. */
export function typeFailure(cell: number, code: string, diagnostics: readonly CellDiagnostic[]): Failure {
  const [{ code: number, message }] = diagnostics;
  const traceback = diagnostics.slice(0, AT_MOST).flatMap(({ code: own, message: text, start, end }) => {
    const { line, column } = placeOf(code, start);
    return [
      `${red(`TS${own}`)}: ${text}`,
      `  ${bold(`Cell [${cell}], line ${line + 1}`)}`,
      ...markedLines(code, line, column, end - start),
      '',
    ];
  });
  const more = diagnostics.length - AT_MOST;
  if (more > 0) traceback.push(`and ${more} more`);
  else traceback.pop();
  return { ename: `TS${number}`, evalue: message.split('\n')[0], traceback };
}
