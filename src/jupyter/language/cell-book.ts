import { join } from 'node:path';
import { type DeclaredName, namesOf } from './names.js';
import { ts } from './typescript.js';

/** Where a name that cells share was last declared. */
interface Known {
  cell: number;
  value: boolean;
  assignable: boolean;
}

/** A cell as the compiler sees it: a module beside the notebook. */
export interface CellSource {
  path: string;
  /** The code, unchanged and at the same positions, then what joins it to the other cells. */
  text: string;
  /** Length of the code. */
  length: number;
  names: readonly DeclaredName[];
}

/** A value that cells shared, and the cell it was from. */
export interface SharedValue {
  name: string;
  cell: number;
}

/**
 * The cells of a session as modules: each exports what it declares and imports what it uses of earlier ones, both after its code, so
 * that positions stay. The latest declaration of a name wins, as on screen.
 */
export interface CellBook {
  /** The module for code that is looked at. @param all join every known name, for completion, not only those the code mentions. */
  source(code: string, all?: boolean): CellSource;
  /** From now on these names of a cell are known. */
  keep(cell: number, names: readonly DeclaredName[]): void;
  /** Forgets every name. @returns the values among them. */
  forget(): SharedValue[];
  /** Path of the module of a cell that ran. */
  path(cell: number): string;
  /** A module that imports every cell that ran: what they import is then kept in mind while a cell is looked at that does not. */
  all(cells: readonly number[]): Pick<CellSource, 'path' | 'text'>;
}

const WORD = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu;

/** The number of the cell whose module lies at a path, or null. */
export function cellAt(path: string): number | null {
  const found = /__cell_(\d+)\.[jt]s$/.exec(path);
  return found && Number(found[1]);
}

/** @param folder the notebook's folder: imports of cells are relative to it. */
export function createCellBook(folder: string): CellBook {
  const known = new Map<string, Known>();
  const path = (cell: number | 'now' | 'all'): string => join(folder, `__cell_${cell}.ts`).replaceAll('\\', '/');
  const joined = (name: string, { cell, assignable }: Known): string =>
    assignable
      ? `declare let ${name}: typeof import("./__cell_${cell}").${name};`
      : `import { ${name} } from './__cell_${cell}';`;
  return {
    path,
    all: (cells) => ({ path: path('all'), text: cells.map((cell) => `import './__cell_${cell}';\n`).join('') }),
    source(code, all = false) {
      // One path for whatever is looked at: the compiler then keeps what it knows of everything else.
      const parsed = ts.createSourceFile(path('now'), code, ts.ScriptTarget.Latest, true);
      const names = parsed.statements.flatMap(namesOf);
      const exported = new Set(
        parsed.statements
          .filter(isExported)
          .flatMap(namesOf)
          .map(({ name }) => name),
      );
      const own = new Set(names.map(({ name }) => name));
      const words = all ? known.keys() : new Set(code.match(WORD));
      const foreign = [...words].filter((word) => known.has(word) && !own.has(word));
      const footer = [
        `export { ${[...own].filter((name) => !exported.has(name)).join(', ')} };`,
        ...foreign.map((name) => joined(name, known.get(name)!)),
      ];
      return { path: path('now'), text: `${code}\n;${footer.join('\n')}\n`, length: code.length, names };
    },
    keep(cell, names) {
      for (const { name, value, assignable } of names) {
        const before = known.get(name);
        // An interface and a constant may share a name.
        const merged = before?.cell === cell && before.value;
        known.set(name, { cell, value: value || merged || false, assignable });
      }
    },
    forget() {
      const lost = [...known].filter(([, { value }]) => value).map(([name, { cell }]) => ({ name, cell }));
      known.clear();
      return lost;
    },
  };
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}
