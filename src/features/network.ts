/** Per-channel normalisation by stored statistics: (x − mean)/√(variance + ε)·gamma + beta. Names are tensor names. */
export interface NormNames {
  mean: string;
  variance: string;
  gamma: string;
  beta: string;
}

/**
 * One step of a network as data. Everything that runs it (TensorFlow.js ops, an ONNX graph) walks the same list, so a backbone is
 * described once. `input` and `output` name activations; the image enters as {@link IMAGE}.
 */
export type Step =
  | {
      op: 'conv';
      input: string;
      output: string;
      /** Tensor name of the [out × in × k × k] kernel. */
      weight: string;
      /** Tensor name of the bias a folded file has; ignored when the file has the norm instead. */
      bias?: string;
      norm?: NormNames;
      channels: { in: number; out: number };
      size: number;
      stride: number;
      relu: boolean;
    }
  | { op: 'norm'; input: string; output: string; norm: NormNames; channels: number; relu: boolean }
  | { op: 'maxpool'; input: string; output: string }
  | { op: 'add'; input: string; other: string; output: string; relu: boolean };

/** Name of the network's input: [height × width × 3], normalised by the ImageNet statistics. */
export const IMAGE = 'image';

/** A layer whose output is read: its activation, channels and stride relative to the input. */
export interface LayerOutput {
  layer: string;
  output: string;
  channels: number;
  stride: number;
}

/** A truncated backbone: the steps up to the deepest layer asked for, and where to read each layer. */
export interface Network {
  backbone: string;
  steps: Step[];
  outputs: LayerOutput[];
}

/** Drops every step that no requested output depends on. */
export function truncate(backbone: string, steps: readonly Step[], outputs: LayerOutput[]): Network {
  const needed = new Set(outputs.map(({ output }) => output));
  const kept: Step[] = [];
  for (const step of [...steps].reverse()) {
    if (!needed.has(step.output)) continue;
    kept.push(step);
    needed.add(step.input);
    if (step.op === 'add') needed.add(step.other);
  }
  return { backbone, steps: kept.reverse(), outputs };
}
