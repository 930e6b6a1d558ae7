import type { CellSource } from './cell-book.js';
import { ts } from './typescript.js';

/** Ways to go on from a place in a cell. */
export interface Completion {
  /** What is replaced, in UTF-16 units of the code. */
  start: number;
  end: number;
  matches: { text: string; kind: string }[];
}

const PREFIX = /[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** Completions at an offset, nearest in meaning first; only those that begin with what is already written, in any case. */
export function complete(service: ts.LanguageService, { path, text }: CellSource, at: number): Completion {
  const found = service.getCompletionsAtPosition(path, at, { includeCompletionsWithInsertText: false });
  const span = found?.optionalReplacementSpan;
  const word = PREFIX.exec(text.slice(0, at))?.[0] ?? '';
  const start = span ? Math.min(span.start, at) : at - word.length;
  const typed = text.slice(start, at).toLowerCase();
  const entries = (found?.entries ?? [])
    .filter(({ name, kind }) => kind !== ts.ScriptElementKind.warning && name.toLowerCase().startsWith(typed))
    .sort((a, b) => (a.sortText < b.sortText ? -1 : a.sortText > b.sortText ? 1 : a.name < b.name ? -1 : 1));
  return {
    start,
    end: span ? Math.max(span.start + span.length, at) : at,
    matches: entries.map(({ name, kind }) => ({ text: name, kind })),
  };
}
