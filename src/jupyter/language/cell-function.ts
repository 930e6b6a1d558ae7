import { cellStatements } from './cell-statements.js';
import { namesOf } from './names.js';
import { referenceName, sharedReference } from './references.js';
import { FLAG, LAB, labCall, labMember } from './stoppable.js';
import { ts } from './typescript.js';

const { factory } = ts;

/** What a cell finds around it, as in a CommonJS module. */
const AROUND = ['require', '__dirname', '__filename'];

const constant = (name: string, value: ts.Expression): ts.Statement =>
  factory.createVariableStatement(
    undefined,
    factory.createVariableDeclarationList(
      [factory.createVariableDeclaration(name, undefined, undefined, value)],
      ts.NodeFlags.Const,
    ),
  );

/**
 * Turns the module of a cell into one expression, a function of the lab that gives the cell as an async function:
 * `($lab, require, …) => async () => { … }`. Names at the top of cells live in references that all cells share (`x` becomes
 * `x$ref.v`), so that they can be declared anew, outlive an error, and are seen anew by functions of earlier cells.
 */
export function cellFunction(checker: ts.TypeChecker, length: number): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => {
    const shared = new Map<ts.Node, string>();
    for (const { node, name } of file.statements.flatMap(namesOf)) shared.set(node, name);
    const used = new Set<string>();
    const rewrite = sharedReference(checker, context, shared, used);
    const code = file.statements.filter((statement) => statement.getStart(file) < length);
    const { first, rest } = cellStatements(checker, rewrite, used, code);
    const references = [...used].map((name) =>
      constant(referenceName(name), labCall('ref', factory.createStringLiteral(name))),
    );
    const body = factory.createBlock([constant(FLAG, labMember('flag')), ...references, ...first, ...rest], true);
    const asynchronous = factory.createModifiersFromModifierFlags(ts.ModifierFlags.Async);
    const arrow = ts.SyntaxKind.EqualsGreaterThanToken;
    const inner = factory.createArrowFunction(asynchronous, undefined, [], undefined, factory.createToken(arrow), body);
    const parameters = [LAB, ...AROUND].map((name) => factory.createParameterDeclaration(undefined, undefined, name));
    const outer = factory.createArrowFunction(
      undefined,
      undefined,
      parameters,
      undefined,
      factory.createToken(arrow),
      inner,
    );
    return factory.updateSourceFile(file, [
      factory.createExpressionStatement(factory.createParenthesizedExpression(outer)),
    ]);
  };
}
