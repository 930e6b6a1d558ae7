import { ts } from './typescript.js';

/** What Enter does in a console: run, wait for more, or say it cannot be right. */
export interface Completeness {
  status: 'complete' | 'incomplete' | 'invalid';
  /** Spaces the next line begins with, where there is one. */
  indent: string;
}

/** Unterminated template, comment and regular expression: their errors lie where they begin. */
const OPEN = new Set([1160, 1010, 1161]);

/** Whether code is whole, to be continued, or wrong. */
export function completeness(code: string): Completeness {
  const file = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest);
  const { parseDiagnostics } = file as unknown as { parseDiagnostics: ts.Diagnostic[] };
  if (parseDiagnostics.length === 0) return { status: 'complete', indent: '' };
  const end = code.trimEnd().length;
  // What is wrong before the end stays wrong, whatever is typed behind it.
  const [{ code: number, start = 0 }] = parseDiagnostics;
  if (!OPEN.has(number) && start < end) return { status: 'invalid', indent: '' };
  const last = code.trimEnd().split('\n').at(-1) ?? '';
  const indent = /^ */.exec(last)![0];
  return { status: 'incomplete', indent: /[([{]$/.test(last) ? `${indent}  ` : indent };
}
