import type { CellSource } from './cell-book.js';
import { cellFunction } from './cell-function.js';
import { namesOf } from './names.js';
import { stoppable } from './stoppable.js';
import { ts } from './typescript.js';
import { isValueImport } from './value-import.js';

/** A cell ready to run. */
export interface CompiledCell {
  /** One expression: see {@link cellFunction}. */
  code: string;
  /** Source map from `code` to the cell's code, as JSON. */
  map: string;
  /** Imported names that are types only. */
  types: ReadonlySet<string>;
}

/** Compiles a cell that has no errors. */
export function compileCell(service: ts.LanguageService, { path, length }: CellSource): CompiledCell {
  const program = service.getProgram()!;
  let code = '';
  let map = '';
  const take = (file: string, text: string): void => {
    if (file.endsWith('.js.map')) map = text;
    if (file.endsWith('.js')) code = text;
  };
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(path)!;
  const imported = file.statements.filter(ts.isImportDeclaration).filter(({ pos }) => pos < length);
  const types = imported.flatMap(namesOf).filter((name) => !isValueImport(checker, name));
  program.emit(file, take, undefined, false, { before: [cellFunction(checker, length), stoppable] });
  // Behind the cell's function the compiler leaves an empty export, for the module it was, and the name of the map.
  const plain = code.replace(/\s*(export \{\s*\};\s*)?(\/\/# sourceMappingURL=\S*\s*)?$/, '');
  return { code: plain, map, types: new Set(types.map(({ name }) => name)) };
}
