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
  | { op: 'add'; input: string; other: string; output: string; relu: boolean }
  | {
      /** Patches of pixels to tokens [1 + registers + grid² × channels], positions added; class token and registers in front. */
      op: 'tokens';
      input: string;
      output: string;
      channels: number;
      patch: number;
      registers: number;
      grid: number;
    }
  | { op: 'layernorm'; input: string; output: string; weight: string; bias: string; channels: number }
  | {
      /** x·Wᵀ + b of every token, then perhaps GELU, exact; a scale of the output channels is folded into W and b. */
      op: 'linear';
      input: string;
      output: string;
      weight: string;
      bias: string;
      scale?: string;
      channels: { in: number; out: number };
      gelu: boolean;
    }
  | {
      /** Attention of tokens by their queries, keys and values [tokens × 3·channels], heads side by side in each. */
      op: 'attention';
      input: string;
      output: string;
      heads: number;
      channels: number;
    }
  | {
      /** Tokens behind the first `others` as a map. */
      op: 'grid';
      input: string;
      output: string;
      others: number;
      grid: number;
      channels: number;
    }
  | { op: 'mean'; inputs: readonly string[]; output: string };

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
    for (const name of inputsOf(step)) needed.add(name);
  }
  return { backbone, steps: kept.reverse(), outputs };
}

/** Activations a step reads. */
export function inputsOf(step: Step): readonly string[] {
  if (step.op === 'mean') return step.inputs;
  return step.op === 'add' ? [step.input, step.other] : [step.input];
}
