import { ts } from './typescript.js';

const { factory } = ts;

/** The variable that holds a shared name's reference. */
export const referenceName = (name: string): string => `${name}$ref`;

/** `name$ref.v` */
export function reference(name: string): ts.PropertyAccessExpression {
  return factory.createPropertyAccessExpression(factory.createIdentifier(referenceName(name)), 'v');
}

const TIMERS = new Set(['setTimeout', 'setInterval', 'setImmediate']);

const isName = (node: ts.Identifier): boolean => {
  const { parent } = node;
  return ts.isDeclarationStatement(parent) ||
    ts.isVariableDeclaration(parent) ||
    ts.isBindingElement(parent) ||
    ts.isParameter(parent) ||
    ts.isClassExpression(parent) ||
    ts.isFunctionExpression(parent)
    ? parent.name === node || (ts.isBindingElement(parent) && parent.propertyName === node)
    : false;
};

/** Rewrites nodes; names in `apart` are left as they are, as inside their own declaration. */
export type Rewrite = <N extends ts.Node | undefined>(node: N, apart?: readonly string[]) => N;

/**
 * Turns uses of shared names into their references, timers into the cell's own and `import.meta` into the notebook's.
 * @param shared declarations with their names. @param used takes the names that were met.
 */
export function sharedReference(
  checker: ts.TypeChecker,
  context: ts.TransformationContext,
  shared: ReadonlyMap<ts.Node, string>,
  used: Set<string>,
): Rewrite {
  let left: readonly string[] = [];
  const nameOf = (symbol: ts.Symbol | undefined): string | undefined => {
    const node = symbol?.declarations?.find((declared) => shared.has(declared));
    const name = node && shared.get(node);
    return name && !left.includes(name) ? name : undefined;
  };
  const use = (name: string, original: ts.Node): ts.Expression => {
    used.add(name);
    return ts.setSourceMapRange(reference(name), original);
  };
  const ownTimer = (node: ts.Identifier): boolean =>
    TIMERS.has(node.text) &&
    (checker.getSymbolAtLocation(node)?.declarations ?? []).every((found) => found.getSourceFile().isDeclarationFile);
  /** `(0, f$ref.v)`: called without the reference as its `this`. */
  const detached = (visited: ts.Expression, original: ts.Expression): ts.Expression =>
    visited !== original && ts.isIdentifier(original)
      ? factory.createParenthesizedExpression(factory.createComma(factory.createNumericLiteral(0), visited))
      : visited;
  const visit = (node: ts.Node): ts.Node | undefined => {
    if (ts.isExpressionWithTypeArguments(node))
      return factory.updateExpressionWithTypeArguments(
        node,
        ts.visitNode(node.expression, visit) as ts.Expression,
        undefined,
      );
    if (ts.isTypeNode(node)) return node;
    if (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ImplementsKeyword) return undefined;
    if (ts.isEnumDeclaration(node)) return node;
    if (ts.isShorthandPropertyAssignment(node)) {
      const name = nameOf(checker.getShorthandAssignmentValueSymbol(node));
      if (!name) return ts.visitEachChild(node, visit, context);
      const otherwise = ts.visitNode(node.objectAssignmentInitializer, visit) as ts.Expression | undefined;
      const value = use(name, node.name);
      return factory.createPropertyAssignment(
        node.name.text,
        otherwise ? factory.createAssignment(value, otherwise) : value,
      );
    }
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
      return factory.createPropertyAccessExpression(factory.createIdentifier('$lab'), 'meta');
    if (ts.isCallExpression(node)) {
      const { expression } = node;
      const callee =
        ts.isIdentifier(expression) && ownTimer(expression)
          ? factory.createPropertyAccessExpression(factory.createIdentifier('$lab'), expression.text)
          : detached(ts.visitNode(expression, visit) as ts.Expression, expression);
      const args = ts.visitNodes(node.arguments, visit) as ts.NodeArray<ts.Expression>;
      return node.questionDotToken
        ? factory.updateCallChain(node as ts.CallChain, callee, node.questionDotToken, undefined, args)
        : factory.updateCallExpression(node, callee, undefined, args);
    }
    if (ts.isTaggedTemplateExpression(node))
      return factory.updateTaggedTemplateExpression(
        node,
        detached(ts.visitNode(node.tag, visit) as ts.Expression, node.tag),
        undefined,
        ts.visitNode(node.template, visit) as ts.TemplateLiteral,
      );
    if (ts.isIdentifier(node) && !isName(node)) {
      const name = nameOf(checker.getSymbolAtLocation(node));
      return name ? use(name, node) : node;
    }
    return ts.visitEachChild(node, visit, context);
  };
  return (node, apart = []) => {
    left = apart;
    return ts.visitNode(node, visit) as typeof node;
  };
}
