import { inspect } from 'node:util';
import { type DataFrame, frameHtml } from '../../figures/danfo.js';
import { htmlTable } from '../../figures/html-table.js';
import { type FigureTable, toHtml, toMarkdown } from '../../figures/table.js';
import type { MimeBundle } from '../cell-host.js';
import { has, isRecord, type Look } from './look.js';

/** Rows of a table that are shown; the rest is counted. */
const ROWS = 30;

/** A table of the paper's kind. */
export const FIGURE_TABLE: Look = {
  matches: (value) => has(value, 'title', 'columns', 'rows', 'caption'),
  bundle: (table: FigureTable) => ({ 'text/html': toHtml(table), 'text/plain': toMarkdown(table) }),
};

/** A frame of danfojs. */
export const FRAME: Look = {
  matches: (value) => has(value, 'columns', 'shape', 'index', 'groupby', 'head'),
  async bundle(frame: DataFrame & { head(rows: number): DataFrame }) {
    const [rows, columns] = frame.shape;
    const html = await frameHtml(rows > ROWS ? frame.head(ROWS) : frame);
    const size = `${rows} rows × ${columns} columns`;
    return { 'text/html': `${html}\n<p>${size}</p>`, 'text/plain': `a frame, ${size}` };
  },
};

const isPlain = (value: unknown): boolean => value === null || typeof value !== 'object';

/** A list of records whose values are numbers, text and the like. */
export const RECORDS: Look = {
  matches: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((row) => isRecord(row) && Object.keys(row).length > 0 && Object.values(row).every(isPlain)),
  bundle: (rows: Record<string, unknown>[]) => recordsBundle(rows),
};

/** Records as a table, and as text. */
export function recordsBundle(rows: readonly Record<string, unknown>[]): MimeBundle {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const more = rows.length > ROWS ? `\n<p>${ROWS} of ${rows.length} rows</p>` : '';
  return {
    'text/html': htmlTable(columns, rows.slice(0, ROWS)) + more,
    'text/plain': inspect(rows, { maxArrayLength: ROWS, breakLength: 100 }),
  };
}
