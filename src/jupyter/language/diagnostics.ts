import type { CellSource } from './cell-book.js';
import { ts } from './typescript.js';

/** What the compiler says against a cell. */
export interface CellDiagnostic {
  code: number;
  message: string;
  /** Offsets in the cell's code, in UTF-16 units. */
  start: number;
  end: number;
}

/** A constant of an earlier cell is an import to the compiler. */
const ASSIGNED_IMPORT = 2632;
const ASSIGNED_CONSTANT = 2588;

/** What must be mended before a cell can run: its syntax first, its types if that is right. */
export function diagnose(service: ts.LanguageService, { path, length }: CellSource): CellDiagnostic[] {
  const syntax = service.getSyntacticDiagnostics(path);
  if (syntax.length > 0) return syntax.map((found) => told(found, length));
  const types = service.getSemanticDiagnostics(path);
  // What joins cells is ours: an error behind the code says nothing to the reader.
  return types
    .filter(({ start, category }) => category === ts.DiagnosticCategory.Error && (start ?? 0) < length)
    .map((found) => told(found, length));
}

function told({ code, messageText, start = 0, length: span = 1 }: ts.Diagnostic, length: number): CellDiagnostic {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n');
  const from = Math.min(start, length);
  const place = { start: from, end: Math.min(Math.max(from + span, from), length) };
  if (code !== ASSIGNED_IMPORT) return { code, message, ...place };
  return { code: ASSIGNED_CONSTANT, message: message.replace('it is an import', 'it is a constant'), ...place };
}
