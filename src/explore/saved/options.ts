import type { EvaluateConfig } from '../../experiment/config.js';

/** The options of `evaluate` beside the method's that a configuration was made by, e.g. `--weights`, `data/weights/resnet18.safetensors`. */
export function featureOptions({ features, maskMode, contamination, seed }: EvaluateConfig): string[] {
  const { backbone, layers, weights, preprocessing } = features;
  const { resize, crop, filter, square, pad, mean, deviation, window } = preprocessing;
  const named = {
    backbone: features.network && weights.kind === 'file' ? weights.path : backbone,
    layers: layers.join(','),
    weights: features.network ? undefined : weights.kind === 'file' ? weights.path : 'random',
    resize,
    crop: square || pad ? undefined : crop,
    frame: pad ? 'pad' : square ? 'squeeze' : undefined,
    interpolation: filter,
    mean: mean?.join(','),
    deviation: deviation?.join(','),
    window: window?.join(','),
    'mask-mode': maskMode,
    seed,
  };
  const words = Object.entries(named).flatMap(([name, value]) =>
    value === undefined || value === USUAL[name] ? [] : [`--${name}`, String(value)],
  );
  return contamination.overlap ? [...words, '--overlap'] : words;
}

/** Left out of a command line. */
const USUAL: Readonly<Record<string, string | number>> = {
  backbone: 'resnet18',
  layers: 'layer2,layer3',
  resize: 256,
  crop: 224,
  interpolation: 'bilinear',
  'mask-mode': 'nearest',
  seed: 0,
};
