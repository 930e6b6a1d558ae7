import { sharedFloats } from '../../kernels/arena.js';
import type { Random } from '../../random.js';
import type { Tensors } from '../system.js';
import { freshParameters, parameterCount } from './parameters.js';
import type { Flows } from './scoring.js';

/** Where training stands after whole epochs: enough to go on byte for byte. */
export interface Training {
  flows: Flows;
  first: Float32Array[];
  second: Float32Array[];
  steps: number[];
  epochs: number;
  /** Mean loss of each epoch over layers. */
  losses: number[];
  /** Image and pixel AUROC on the test set after each epoch, where a rule looked at it; NaN where unknown. */
  judged: { image: number; pixel: number }[];
}

/** Untrained flows for a layout. */
export function freshTraining(flows: Omit<Flows, 'parameters'>, random: Random): Training {
  const shapes = flows.layout.maps.map(({ channels }) => ({
    channels: channels.length,
    blocks: flows.settings.blocks,
  }));
  const zeros = (): Float32Array[] => shapes.map((shape) => sharedFloats(parameterCount(shape)));
  const parameters = shapes.map((shape, l) => freshParameters(shape, random.fork(`flow/${l}`), zeros()[l]));
  return {
    flows: { ...flows, parameters },
    first: zeros(),
    second: zeros(),
    steps: shapes.map(() => 0),
    epochs: 0,
    losses: [],
    judged: [],
  };
}

/** A checkpoint's tensors. */
export function trainingTensors({ flows, first, second, steps, epochs, losses, judged }: Training): Tensors {
  const tensors: Tensors = {
    progress: { dtype: 'I32', shape: [1 + steps.length], data: Int32Array.of(epochs, ...steps) },
    losses: { dtype: 'F64', shape: [losses.length], data: Float64Array.from(losses) },
    judged: {
      dtype: 'F64',
      shape: [judged.length, 2],
      data: Float64Array.from(judged.flatMap(({ image, pixel }) => [image, pixel])),
    },
  };
  for (const l of steps.keys()) {
    for (const [name, data] of Object.entries({ flow: flows.parameters[l], first: first[l], second: second[l] })) {
      tensors[`${name}.${l}`] = { dtype: 'F32', shape: [data.length], data };
    }
  }
  return tensors;
}

/** Goes on from a checkpoint made by {@link trainingTensors}. */
export function resumeTraining(training: Training, tensors: Tensors): void {
  const [epochs, ...steps] = tensors.progress.data as Int32Array;
  const judged = tensors.judged.data as Float64Array;
  Object.assign(training, { epochs, steps: [...steps], losses: [...(tensors.losses.data as Float64Array)] });
  training.judged = Array.from({ length: judged.length / 2 }, (_, e) => ({
    image: judged[2 * e],
    pixel: judged[2 * e + 1],
  }));
  for (const l of steps.keys()) {
    training.flows.parameters[l].set(tensors[`flow.${l}`].data as Float32Array);
    training.first[l].set(tensors[`first.${l}`].data as Float32Array);
    training.second[l].set(tensors[`second.${l}`].data as Float32Array);
  }
}
