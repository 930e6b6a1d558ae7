import { type CellSource, createCellBook, type SharedValue } from './cell-book.js';
import { type CompiledCell, compileCell } from './compile.js';
import { type Completion, complete } from './completion.js';
import { type CellDiagnostic, diagnose } from './diagnostics.js';
import { type Inspection, inspect } from './inspection.js';
import { startLanguageService } from './service.js';

/** A cell that may run, and the names it declares. */
export interface ReadyCell extends CompiledCell {
  /** Path under which it runs: imports are relative to it. */
  path: string;
  /** Makes the names that were reached known to later cells, and all types. */
  keep(reached: ReadonlySet<string>): void;
}

/** What the compiler knows of the cells of a session. */
export interface Cells {
  /** Checks and compiles a cell; what stands against it, or how to run it. */
  compile(cell: number, code: string): { diagnostics: CellDiagnostic[] } | { ready: ReadyCell };
  /** Ways to go on at an offset of code, in UTF-16 units. */
  complete(code: string, at: number): Completion;
  /** What is known of the name at an offset. */
  inspect(code: string, at: number): Inspection | null;
  /** Forgets every name, as when their values are gone. @returns those that were values. */
  forget(): SharedValue[];
  close(): void;
}

/** @param folder the notebook's folder. @throws InputError for a `tsconfig.json` there that cannot be read. */
export function openCells(folder: string): Cells {
  const book = createCellBook(folder);
  const language = startLanguageService(folder);
  const { service } = language;
  let ran: number[] = [];
  const look = (code: string, all: boolean): CellSource => {
    const source = book.source(code, all);
    language.open(source.path, source.text);
    return source;
  };
  return {
    compile(cell, code) {
      const source = look(code, false);
      const diagnostics = diagnose(service, source);
      if (diagnostics.length > 0) return { diagnostics };
      const path = book.path(cell);
      const compiled = compileCell(service, source);
      const names = source.names.map((name) => (compiled.types.has(name.name) ? { ...name, value: false } : name));
      const keep = (reached: ReadonlySet<string>): void => {
        language.write(path, source.text);
        ran.push(cell);
        const all = book.all(ran);
        language.keep(all.path, all.text);
        book.keep(
          cell,
          names.filter(({ name, value }) => !value || reached.has(name)),
        );
      };
      return { ready: { ...compiled, path, keep } };
    },
    complete: (code, at) => complete(service, look(code, true), at),
    inspect: (code, at) => inspect(service, look(code, true), at),
    forget() {
      ran = [];
      return book.forget();
    },
    close: () => language.close(),
  };
}
