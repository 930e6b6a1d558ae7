import { ts } from './typescript.js';

const { factory } = ts;

/** What rewritten code calls: the lab of the worker, and the flag that is raised on an interrupt. */
export const LAB = '$lab';
export const FLAG = '$flag';

/** `$lab.name(…)` */
export function labCall(name: string, ...args: ts.Expression[]): ts.CallExpression {
  return factory.createCallExpression(labMember(name), undefined, args);
}

/** `$lab.name` */
export function labMember(name: string): ts.PropertyAccessExpression {
  return factory.createPropertyAccessExpression(factory.createIdentifier(LAB), name);
}

/** `if ($flag[0]) $lab.stop();` */
function check(): ts.Statement {
  const raised = factory.createElementAccessExpression(factory.createIdentifier(FLAG), 0);
  return factory.createIfStatement(raised, factory.createExpressionStatement(labCall('stop')));
}

function checked(body: ts.Statement): ts.Block {
  return factory.createBlock([check(), ...(ts.isBlock(body) ? body.statements : [body])], true);
}

/**
 * Makes code stop on an interrupt: every loop looks at the flag, every `await` ends early. What runs in `finally` is left alone, so that
 * code can tidy up.
 */
export const stoppable: ts.TransformerFactory<ts.SourceFile> = (context) => {
  let tidying = 0;
  const visit = (node: ts.Node): ts.Node => {
    if (ts.isTryStatement(node) && node.finallyBlock) {
      const tried = ts.visitNode(node.tryBlock, visit) as ts.Block;
      const caught = ts.visitNode(node.catchClause, visit) as ts.CatchClause | undefined;
      tidying++;
      const last = ts.visitNode(node.finallyBlock, visit) as ts.Block;
      tidying--;
      return factory.updateTryStatement(node, tried, caught, last);
    }
    const seen = ts.visitEachChild(node, visit, context);
    if (tidying > 0) return seen;
    if (ts.isAwaitExpression(seen)) return factory.updateAwaitExpression(seen, labCall('guard', seen.expression));
    if (ts.isForStatement(seen))
      return factory.updateForStatement(
        seen,
        seen.initializer,
        seen.condition,
        seen.incrementor,
        checked(seen.statement),
      );
    if (ts.isForInStatement(seen))
      return factory.updateForInStatement(seen, seen.initializer, seen.expression, checked(seen.statement));
    if (ts.isForOfStatement(seen)) {
      const items = seen.awaitModifier ? labCall('each', seen.expression) : seen.expression;
      return factory.updateForOfStatement(seen, seen.awaitModifier, seen.initializer, items, checked(seen.statement));
    }
    if (ts.isWhileStatement(seen)) return factory.updateWhileStatement(seen, seen.expression, checked(seen.statement));
    if (ts.isDoStatement(seen)) return factory.updateDoStatement(seen, checked(seen.statement), seen.expression);
    return seen;
  };
  return (file) => ts.visitNode(file, visit) as ts.SourceFile;
};
