import type { DeclaredName } from './names.js';
import { ts } from './typescript.js';

/** Whether an imported name is there when the cell runs: interfaces and types are not, whatever cannot be resolved is tried. */
export function isValueImport(checker: ts.TypeChecker, { node }: DeclaredName): boolean {
  if (ts.isImportSpecifier(node) && node.isTypeOnly) return false;
  const { name } = node as ts.ImportClause | ts.ImportSpecifier | ts.NamespaceImport;
  const symbol = checker.getSymbolAtLocation(name!);
  const target = symbol && checker.getAliasedSymbol(symbol);
  return !target || target.name === 'unknown' || (target.flags & ts.SymbolFlags.Value) !== 0;
}
