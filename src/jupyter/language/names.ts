import { ts } from './typescript.js';

/** A name that a cell declares at its top level, to be seen by later cells. */
export interface DeclaredName {
  name: string;
  /** What of it exists when cells run; types do not. */
  value: boolean;
  /** Whether later cells may assign to it: `let` and `var`. */
  assignable: boolean;
  /** Where it is declared: what a use of it resolves to. */
  node: ts.Node;
}

/** Names of a binding pattern, in order: `a`, `b` and `c` of `{ a, b: [c] }`. */
function bound(name: ts.BindingName): { name: string; node: ts.Node }[] {
  if (ts.isIdentifier(name)) return [{ name: name.text, node: name.parent }];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? bound(element.name) : []));
}

const isAmbient = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword);

/** Whether a variable statement's names outlive its cell: `using` ends with it. */
export function outlives(statement: ts.VariableStatement): boolean {
  return (statement.declarationList.flags & ts.NodeFlags.Using) !== ts.NodeFlags.Using;
}

function importedNames({ importClause }: ts.ImportDeclaration): DeclaredName[] {
  if (!importClause) return [];
  const { name, namedBindings } = importClause;
  const nodes: (ts.ImportClause | ts.NamespaceImport | ts.ImportSpecifier)[] = name ? [importClause] : [];
  if (namedBindings) nodes.push(...(ts.isNamespaceImport(namedBindings) ? [namedBindings] : namedBindings.elements));
  return nodes.map((node) => ({ name: node.name!.text, value: true, assignable: false, node }));
}

/** The names a statement at the top of a cell declares. */
export function namesOf(statement: ts.Statement): DeclaredName[] {
  if (ts.isImportDeclaration(statement)) return importedNames(statement);
  if (ts.isVariableStatement(statement)) {
    if (!outlives(statement)) return [];
    const assignable = (statement.declarationList.flags & ts.NodeFlags.Const) === 0;
    const value = !isAmbient(statement);
    return statement.declarationList.declarations.flatMap((own) =>
      bound(own.name).map((found) => ({ ...found, value, assignable })),
    );
  }
  const declared =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement);
  if (declared && statement.name && ts.isIdentifier(statement.name))
    return [{ name: statement.name.text, value: !isAmbient(statement), assignable: false, node: statement }];
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
    return [{ name: statement.name.text, value: false, assignable: false, node: statement }];
  return [];
}
