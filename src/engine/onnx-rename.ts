import type { AttributeProto, GraphProto, NodeProto } from './onnx-schema.js';

/** A graph whose values all have other names, those of graphs inside its nodes too; it is changed in place. */
export function renamed(graph: GraphProto, name: (own: string) => string): GraphProto {
  const other = (own: string): string => (own === '' ? '' : name(own));
  for (const value of [...graph.input, ...graph.output, ...graph.initializer]) value.name = other(value.name);
  for (const { values, indices } of graph.sparseInitializer) {
    if (values) values.name = other(values.name);
    if (indices) indices.name = other(indices.name);
  }
  for (const node of graph.node) renameNode(node, other);
  graph.valueInfo = [];
  return graph;
}

function renameNode(node: NodeProto, name: (own: string) => string): void {
  node.input = node.input.map(name);
  node.output = node.output.map(name);
  // Nodes of two graphs may be called the same.
  node.name = node.name === '' ? '' : name(node.name);
  for (const { g, graphs } of node.attribute as AttributeProto[]) {
    for (const inner of g ? [g, ...graphs] : graphs) renamed(inner, name);
  }
}
