import type { Detector } from '../detector/model.js';
import type { System } from '../detector/system.js';
import { findSystem, SYSTEMS } from '../detector/systems.js';
import type { OnnxGraph } from '../engine/onnx-graph.js';
import { InputError } from '../errors.js';
import { onnxMaps } from '../features/onnx-maps.js';
import type { WeightSource } from '../features/spec.js';
import { weightsIdentity } from '../features/weights-identity.js';
import { IMAGENET_DEVIATION, IMAGENET_MEAN } from '../image/preprocess.js';
import { levelKnots } from './calibration.js';

/** How a detector is exported. */
export interface ExportOptions {
  /** Takes bytes [n × side × side × 3] at the crop's size and normalises them itself. Default: normalised floats [n × 3 × side × side]. */
  raw?: boolean;
  /** Keeps the bank (PaDiM: its matrices) in half precision; scores change in the fourth digit unless it was fitted so. */
  half?: boolean;
  /** Images a run takes. Default: any number, which an ONNX file's network must allow. */
  batch?: number;
  /** In place of the detector's own. */
  decisionThreshold?: number;
  /** The backbone's weights, where they lie elsewhere than when the detector was fitted. */
  weights?: WeightSource;
  systems?: readonly System[];
}

/** An exported detector. */
export interface ExportedDetector {
  bytes: Uint8Array;
  opset: number;
  input: { name: string; type: 'float32' | 'uint8'; shape: (number | string)[] };
  side: number;
}

/**
 * A detector as one ONNX graph from images to `score` [n], `level` [n] and `map` [n × side × side], as {@link detect} gives them:
 * network, embedding, exact search, weights, map. Its metadata say what was fitted and how images are prepared.
 * @throws InputError for weights other than the detector's, a method that cannot be exported, or constants beyond an ONNX file's 2 GB.
 */
export async function exportDetector(detector: Detector, options: ExportOptions = {}): Promise<ExportedDetector> {
  const { raw = false, half = false, batch = 'n', decisionThreshold = detector.decisionThreshold } = options;
  const { weights = detector.features.weights, systems = SYSTEMS } = options;
  const system = findSystem(detector.method, systems);
  if (!system.addToGraph)
    throw new InputError(`${detector.method} cannot be exported`, 'Give the system an addToGraph');
  const spec = { ...detector.features, weights };
  if ((await weightsIdentity(spec)) !== detector.weightsSha256) {
    throw new InputError(
      'the weights are not those this detector was fitted with',
      'Give the same file with --weights',
    );
  }
  const { graph, maps } = await onnxMaps(spec, { raw, batch });
  const { tensors, settings } = detector;
  const { score, map } = system.addToGraph({ graph, spec, maps, tensors, settings, half });
  const { crop: side } = spec.preprocessing;
  graph.op('Identity', [score], {}, 'score');
  graph.op('Identity', [addLevel(graph, 'score', detector, decisionThreshold)], {}, 'level');
  graph.op('Identity', [map], {}, 'map');
  graph.output('score', [batch]);
  graph.output('level', [batch]);
  graph.output('map', [batch, side, side]);
  const { mean = IMAGENET_MEAN, deviation = IMAGENET_DEVIATION } = spec.preprocessing;
  const bytes = graph.bytes({
    name: detector.name,
    method: detector.method,
    decisionThreshold: String(decisionThreshold),
    preprocessing: JSON.stringify({ ...spec.preprocessing, mean, deviation }),
  });
  const shape = raw ? [batch, side, side, 3] : [batch, 3, side, side];
  return {
    bytes,
    opset: graph.opset,
    input: { name: raw ? 'pixels' : 'image', type: raw ? 'uint8' : 'float32', shape },
    side,
  };
}

/** Adds {@link leveller}: scores [n] to 0…1 with the decision threshold at 0.5. */
function addLevel(graph: OnnxGraph, score: string, { calibration }: Detector, threshold: number): string {
  const { op } = graph;
  const { knots, step } = levelKnots(calibration, threshold);
  const count = knots.length;
  const float = (name: string, values: readonly number[], shape = [values.length]): string =>
    graph.constant(`level:${name}`, shape, Float32Array.from(values));
  const whole = (name: string, value: number): string => graph.constant(`level:${name}`, [1], Int32Array.of(value));
  const heights = float('knots', knots);
  const halved = (below: string, of: string): string =>
    op('Pow', [float(`two ${of}`, [2]), op('Div', [below, float(`step ${of}`, [step])])]);
  const beyond = op('Sub', [
    float('one', [1]),
    op('Mul', [float('half', [0.5]), halved(op('Sub', [float('threshold', [threshold]), score]), 'beyond')]),
  ]);
  const column = op('Unsqueeze', [score, whole('axis', 1)]);
  const below = op('Cast', [op('Less', [heights, column])], { to: 1 });
  const rank = op('ReduceSum', [below, whole('columns', 1)], { keepdims: 0 });
  const next = op('Cast', [rank], { to: 7 });
  const at = (places: string): string => op('Gather', [heights, places]);
  const before = at(op('Max', [op('Sub', [next, whole('back', 1)]), whole('first', 0)]));
  const after = at(op('Min', [next, whole('last', count - 1)]));
  const gap = op('Max', [op('Sub', [after, before]), float('tiny', [1e-30])]);
  const between = op('Add', [rank, op('Div', [op('Sub', [score, before]), gap])]);
  const lowest = halved(op('Sub', [score, float('lowest', [knots[0]])]), 'lowest');
  const inside = op('Where', [op('Less', [rank, float('some', [0.5])]), lowest, between]);
  const within = op('Mul', [inside, float('share', [0.5 / count])]);
  return op('Where', [op('Greater', [score, float('decision', [threshold])]), beyond, within]);
}
