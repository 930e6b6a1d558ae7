import { type DeclaredName, namesOf, outlives } from './names.js';
import { type Rewrite, referenceName } from './references.js';
import { labCall } from './stoppable.js';
import { ts } from './typescript.js';
import { isValueImport } from './value-import.js';

const { factory } = ts;

/** `$lab.keep(x$ref, x)`, once a declaration was reached. */
function keep(name: string, value: ts.Expression): ts.Statement {
  return factory.createExpressionStatement(labCall('keep', factory.createIdentifier(referenceName(name)), value));
}

const isAssignment = (node: ts.Expression): boolean =>
  (ts.isBinaryExpression(node) &&
    node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    node.operatorToken.kind <= ts.SyntaxKind.LastAssignment) ||
  ts.isVoidExpression(node);

/**
 * The statements of a cell, rewritten. @returns `first`: imports and functions, which are there before the rest runs; `rest`: the others,
 * the value of a last expression handed to the lab.
 */
export function cellStatements(
  checker: ts.TypeChecker,
  rewrite: Rewrite,
  used: Set<string>,
  statements: readonly ts.Statement[],
): { first: ts.Statement[]; rest: ts.Statement[] } {
  const first: ts.Statement[] = [];
  const rest: ts.Statement[] = [];
  const kept = ({ name }: DeclaredName): ts.Statement => {
    used.add(name);
    return keep(name, factory.createIdentifier(name));
  };
  for (const [i, statement] of statements.entries()) {
    const values = namesOf(statement).filter(({ value }) => value);
    if (ts.isImportDeclaration(statement)) first.push(...importStatements(checker, statement, used));
    else if (ts.isVariableStatement(statement) && outlives(statement)) {
      const { declarationList } = statement;
      if (values.length === 0) continue;
      for (const declaration of declarationList.declarations) {
        // One after another: the next may use this one by its reference.
        const initializer = rewrite(declaration.initializer);
        const own = values.filter(({ node }) => within(node, declaration));
        const name = rewrite(declaration.name, namesIn(own));
        const plain = factory.updateVariableDeclaration(declaration, name, undefined, undefined, initializer);
        rest.push(
          ts.setOriginalNode(
            ts.setTextRange(
              factory.createVariableStatement(
                undefined,
                factory.createVariableDeclarationList([plain], declarationList.flags & ts.NodeFlags.BlockScoped),
              ),
              statement,
            ),
            statement,
          ),
        );
        rest.push(...own.map(kept));
      }
    } else if (ts.isFunctionDeclaration(statement)) {
      if (!statement.body) continue;
      rest.push(withoutExport(rewrite(statement)));
      first.push(...values.map(kept));
    } else if (values.length > 0) rest.push(withoutExport(rewrite(statement, namesIn(values))), ...values.map(kept));
    else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) continue;
    else if (ts.isExportDeclaration(statement)) continue;
    else if (
      ts.isExpressionStatement(statement) &&
      i === statements.length - 1 &&
      !isAssignment(statement.expression)
    ) {
      const value = labCall('result', rewrite(statement.expression));
      rest.push(ts.setTextRange(factory.createExpressionStatement(value), statement));
    } else rest.push(rewrite(statement));
  }
  return { first, rest };
}

const namesIn = (names: readonly DeclaredName[]): string[] => names.map(({ name }) => name);

function within(node: ts.Node, ancestor: ts.Node): boolean {
  for (let at: ts.Node | undefined = node; at; at = at.parent) if (at === ancestor) return true;
  return false;
}

function withoutExport(statement: ts.Statement): ts.Statement {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  const others = modifiers?.filter(
    ({ kind }) => kind !== ts.SyntaxKind.ExportKeyword && kind !== ts.SyntaxKind.DefaultKeyword,
  );
  if (!modifiers || others!.length === modifiers.length) return statement;
  return ts.canHaveModifiers(statement) ? (factory.replaceModifiers(statement, others) as ts.Statement) : statement;
}

/** `const m = await import('x')`, then the names that are values. */
function importStatements(checker: ts.TypeChecker, statement: ts.ImportDeclaration, used: Set<string>): ts.Statement[] {
  const { importClause, moduleSpecifier } = statement;
  if (importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  const names = namesOf(statement).filter((name) => isValueImport(checker, name));
  // Only types are imported: nothing to load.
  if (importClause && names.length === 0) return [];
  const load = factory.createCallExpression(
    factory.createToken(ts.SyntaxKind.ImportKeyword) as ts.ImportExpression,
    undefined,
    [moduleSpecifier],
  );
  const found = ts.setTextRange(factory.createAwaitExpression(load), statement);
  if (!importClause) return [factory.createExpressionStatement(found)];
  const module = factory.createUniqueName('module');
  const list = factory.createVariableDeclarationList(
    [factory.createVariableDeclaration(module, undefined, undefined, found)],
    ts.NodeFlags.Const,
  );
  const statements: ts.Statement[] = [
    ts.setSourceMapRange(factory.createVariableStatement(undefined, list), statement),
  ];
  for (const { name, node } of names) {
    used.add(name);
    const outside = ts.isImportSpecifier(node) ? (node.propertyName ?? node.name).text : 'default';
    const value = ts.isNamespaceImport(node)
      ? labCall('namespace', module)
      : labCall('member', module, factory.createStringLiteral(outside));
    statements.push(keep(name, value));
  }
  return statements;
}
