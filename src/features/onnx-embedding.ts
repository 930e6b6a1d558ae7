import type { OnnxGraph } from '../engine/onnx-graph.js';
import { bilinearTaps, type Corners } from '../image/bilinear.js';
import type { LayerMap } from './layer-map.js';
import { layerShapes } from './layers.js';
import { embeddingMaps, patchDimensions } from './reading.js';
import type { FeatureSpec } from './spec.js';

/** Adds a spec's patch embedding of its layers' maps [n × channels × side × side]. @returns rows [n × positions × dimensions]. */
export function addEmbedding(graph: OnnxGraph, spec: FeatureSpec, maps: readonly string[]): string {
  const shapes = layerShapes(spec);
  const layers = embeddingMaps(spec);
  const dimensions = patchDimensions(spec);
  const [{ side }] = shapes;
  const parts = maps.map((map, i) => {
    const layer = layers[i];
    const { channels, side: own } = shapes[i];
    const pooled = addPooling(graph, `embedding:${i}`, map, layer, channels);
    const wide =
      own === side ? graph.op('Transpose', [pooled], { perm: [0, 2, 3, 1] }) : stretched(graph, i, pooled, own, side);
    const after = dimensions - layer.first - layer.count;
    if (layer.first === 0 && after === 0) return wide;
    const pads = graph.constant(`embedding:pads ${i}`, [8], Int32Array.of(0, 0, 0, layer.first, 0, 0, 0, after));
    return graph.op('Pad', [wide, pads]);
  });
  const sum = parts.reduce((total, part) => graph.op('Add', [total, part]));
  const shape = graph.constant('embedding:shape', [3], Int32Array.of(-1, side * side, dimensions));
  return graph.op('Reshape', [sum, shape]);
}

/** The pooled 3 × 3 neighbourhoods of a layer as a convolution in as many groups as its map falls into. */
function addPooling(graph: OnnxGraph, name: string, map: string, layer: LayerMap, channels: number): string {
  const { count, start, channel, tap, factor } = layer;
  const groups = groupsOf(layer, channels);
  const inside = channels / groups;
  const kernel = new Float32Array(count * inside * 9);
  for (let j = 0; j < count; j++) {
    for (let e = start[j]; e < start[j + 1]; e++)
      kernel[(j * inside + (channel[e] % inside)) * 9 + tap[e]] += factor[e];
  }
  const weight = graph.constant(`${name}:kernel`, [count, inside, 3, 3], kernel);
  return graph.op('Conv', [map, weight], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], group: groups });
}

/** Largest number of groups such that no output reads a channel of another group. */
function groupsOf({ count, start, channel }: LayerMap, channels: number): number {
  for (let groups = Math.min(count, channels); groups > 1; groups--) {
    if (channels % groups > 0 || count % groups > 0) continue;
    const [inside, outputs] = [channels / groups, count / groups];
    const apart = (j: number): boolean => {
      for (let e = start[j]; e < start[j + 1]; e++) {
        if (Math.floor(channel[e] / inside) !== Math.floor(j / outputs)) return false;
      }
      return true;
    };
    if (Array.from({ length: count }, (_, j) => j).every(apart)) return groups;
  }
  return 1;
}

/** [n × count × own × own] to [n × side × side × count], bilinearly with half-pixel centres. */
function stretched(graph: OnnxGraph, i: number, map: string, own: number, side: number): string {
  const matrix = graph.constant(`embedding:stretch ${i}`, [own, side], bilinearMatrix(own, side));
  const across = graph.op('MatMul', [map, matrix]);
  const turned = graph.op('Transpose', [across], { perm: [0, 1, 3, 2] });
  return graph.op('Transpose', [graph.op('MatMul', [turned, matrix])], { perm: [0, 3, 2, 1] });
}

/** Bilinear stretching as a matrix [from × to]: a row vector times it is the row stretched. */
export function bilinearMatrix(from: number, to: number, corners: Corners = 'half'): Float32Array {
  const matrix = new Float32Array(from * to);
  for (const [o, { low, high, blend }] of bilinearTaps(from, to, corners).entries()) {
    matrix[low * to + o] += 1 - blend;
    matrix[high * to + o] += blend;
  }
  return matrix;
}
