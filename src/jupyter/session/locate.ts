import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { basename } from 'node:path';
import { besideFile } from '../language/beside-file.js';
import { cellAt } from '../language/cell-book.js';
import type { Frame } from './stack.js';

/** A cell that ran: its code and the map from what ran. */
export interface RanCell {
  code: string;
  /** Source map as JSON. */
  map: string;
}

/** A place in code that the reader wrote. */
export interface Place {
  /** `Cell [3]` or the name of a file. */
  where: string;
  /** Name of the function, where it has one. */
  name: string;
  code: string;
  /** From 0. */
  line: number;
  column: number;
}

/** Names that compiled code has in place of the reader's: `x$ref.v`, called as `(0 , f$ref.v)`. */
export function readable(text: string): string {
  return text.replace(/\(0\s*,\s*([\w$]+)\$ref\.v\)/g, '$1').replace(/([\w$]+)\$ref\.v/g, '$1');
}

/** Where the reader wrote what a frame ran; null for libraries and Node. */
export function locate(frame: Frame, cells: ReadonlyMap<number, RanCell>): Place | null {
  const number = cellAt(frame.file);
  if (number !== null) {
    const cell = cells.get(number);
    return cell ? mapped(frame, `Cell [${number}]`, cell.code, cell.map) : null;
  }
  if (!/\.ts$/.test(frame.file) || frame.file.includes('node_modules') || !existsSync(frame.file)) return null;
  const code = readFileSync(frame.file, 'utf8');
  return mapped(frame, basename(frame.file), code, besideFile(frame.file, code).map);
}

function mapped({ name, line, column }: Frame, where: string, code: string, map: string): Place | null {
  const entry = new SourceMap(JSON.parse(map) as SourceMapPayload).findEntry(line, column);
  if (!('originalLine' in entry)) return null;
  // The cell's own function is no call the reader made.
  const called = /^(<anonymous>|eval|Object\.<anonymous>)$/.test(name) ? '' : readable(name);
  return { where, name: called, code, line: entry.originalLine, column: entry.originalColumn };
}
