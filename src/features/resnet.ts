import { InputError } from '../errors.js';
import { IMAGE, type LayerOutput, type Network, type NormNames, type Step, truncate } from './network.js';

/** The ResNet family as numbers: block kind, blocks a stage, and the width of the inner convolutions. */
interface Family {
  block: 'basic' | 'bottleneck' | 'preactivation';
  stages: readonly number[];
  /** Inner width of stage s is `width · 2^s`. */
  width: number;
  /** Output channels of stage s are `out · 2^s`. */
  out: number;
}

const FAMILIES: Record<string, Family> = {
  resnet18: { block: 'basic', stages: [2, 2, 2, 2], width: 64, out: 64 },
  resnet50: { block: 'bottleneck', stages: [3, 4, 6, 3], width: 64, out: 256 },
  wide_resnet50_2: { block: 'bottleneck', stages: [3, 4, 6, 3], width: 128, out: 256 },
  resnet50v2: { block: 'preactivation', stages: [3, 4, 6, 3], width: 64, out: 256 },
};

/** Names of the ResNets. */
export const RESNETS: readonly string[] = Object.keys(FAMILIES);

/**
 * Describes a backbone up to the deepest of `layers` (`layer1` … `layer4`; He et al. 2016, torchvision's layout: the
 * stride sits in the 3×3 convolution). A pre-activation stage is read after the next stage's first batch norm and
 * ReLU; `layerN.raw` reads its plain sum instead, for weight files that end with stage N.
 * @throws InputError for an unknown backbone or layer.
 */
export function resnet(backbone: string, layers: readonly string[]): Network {
  const family = FAMILIES[backbone];
  if (!family) {
    throw new InputError(`there is no backbone "${backbone}"`, `Choose one of ${RESNETS.join(', ')}`);
  }
  const { steps, readable } = family.block === 'preactivation' ? preactivation(family) : postactivation(family);
  const outputs = layers.map((layer) => {
    const found = readable.find((output) => output.layer === layer);
    if (found) return found;
    const known = readable.map((output) => output.layer).join(', ');
    throw new InputError(`${backbone} has no layer "${layer}"`, `Choose from ${known}`);
  });
  if (outputs.length === 0) throw new InputError('no layer was asked for', 'Name at least one, such as layer2');
  return truncate(backbone, steps, outputs);
}

interface Described {
  steps: Step[];
  readable: LayerOutput[];
}

function torchvisionNorm(name: string): NormNames {
  return {
    mean: `${name}.running_mean`,
    variance: `${name}.running_var`,
    gamma: `${name}.weight`,
    beta: `${name}.bias`,
  };
}

function postactivation(family: Family): Described {
  const steps: Step[] = [];
  const readable: LayerOutput[] = [];
  const conv = (
    input: string,
    output: string,
    [name, norm]: [string, string],
    [from, to]: [number, number],
    size: number,
    stride: number,
    relu: boolean,
  ): string => {
    const channels = { in: from, out: to };
    const names = { weight: `${name}.weight`, bias: `${name}.bias`, norm: torchvisionNorm(norm) };
    steps.push({ op: 'conv', input, output, ...names, channels, size, stride, relu });
    return output;
  };
  let at = conv(IMAGE, 'stem', ['conv1', 'bn1'], [3, 64], 7, 2, true);
  steps.push({ op: 'maxpool', input: at, output: 'pool' });
  at = 'pool';
  let channels = 64;
  family.stages.forEach((blocks, stage) => {
    const width = family.width * 2 ** stage;
    const out = family.out * 2 ** stage;
    for (let b = 0; b < blocks; b++) {
      const block = `layer${stage + 1}.${b}`;
      const stride = stage > 0 && b === 0 ? 2 : 1;
      const part = (i: number): [string, string] => [`${block}.conv${i}`, `${block}.bn${i}`];
      let body: string;
      if (family.block === 'basic') {
        body = conv(at, `${block}.1`, part(1), [channels, out], 3, stride, true);
        body = conv(body, `${block}.2`, part(2), [out, out], 3, 1, false);
      } else {
        body = conv(at, `${block}.1`, part(1), [channels, width], 1, 1, true);
        body = conv(body, `${block}.2`, part(2), [width, width], 3, stride, true);
        body = conv(body, `${block}.3`, part(3), [width, out], 1, 1, false);
      }
      const down: [string, string] = [`${block}.downsample.0`, `${block}.downsample.1`];
      const shortcut =
        b === 0 && (stride > 1 || channels !== out)
          ? conv(at, `${block}.shortcut`, down, [channels, out], 1, stride, false)
          : at;
      steps.push({ op: 'add', input: body, other: shortcut, output: block, relu: true });
      at = block;
      channels = out;
    }
    readable.push({ layer: `layer${stage + 1}`, output: at, channels: out, stride: 4 * 2 ** stage });
  });
  return { steps, readable };
}

function gluonNorm(name: string): NormNames {
  return {
    mean: `${name}_running_mean`,
    variance: `${name}_running_var`,
    gamma: `${name}_gamma`,
    beta: `${name}_beta`,
  };
}

function preactivation(family: Family): Described {
  const steps: Step[] = [];
  const readable: LayerOutput[] = [];
  const norm = (input: string, name: string, channels: number, relu = true): string => {
    const output = `${name}.out`;
    steps.push({ op: 'norm', input, output, norm: gluonNorm(name), channels, relu });
    return output;
  };
  const conv = (input: string, name: string, [from, to]: [number, number], size: number, stride: number): string => {
    const weight = `${name}_weight`;
    const channels = { in: from, out: to };
    steps.push({ op: 'conv', input, output: name, weight, channels, size, stride, relu: false });
    return name;
  };
  const stem = conv(norm(IMAGE, 'batchnorm0', 3, false), 'conv0', [3, 64], 7, 2);
  steps.push({ op: 'maxpool', input: norm(stem, 'batchnorm1', 64), output: 'pool' });
  let at = 'pool';
  let channels = 64;
  family.stages.forEach((blocks, stage) => {
    const prefix = `stage${stage + 1}`;
    const width = family.width * 2 ** stage;
    const out = family.out * 2 ** stage;
    for (let b = 0; b < blocks; b++) {
      const stride = stage > 0 && b === 0 ? 2 : 1;
      const firstConv = b === 0 ? 0 : 3 * b + 1;
      const name = (kind: string, i: number): string => `${prefix}_${kind}${i}`;
      const ready = norm(at, name('batchnorm', 3 * b), channels);
      if (stage > 0 && b === 0) {
        readable.push({ layer: `layer${stage}`, output: ready, channels, stride: 2 * 2 ** stage });
      }
      let body = conv(ready, name('conv', firstConv), [channels, width], 1, 1);
      body = conv(
        norm(body, name('batchnorm', 3 * b + 1), width),
        name('conv', firstConv + 1),
        [width, width],
        3,
        stride,
      );
      body = conv(norm(body, name('batchnorm', 3 * b + 2), width), name('conv', firstConv + 2), [width, out], 1, 1);
      const shortcut = b === 0 ? conv(ready, name('conv', 3), [channels, out], 1, stride) : at;
      at = `${prefix}.${b}`;
      steps.push({ op: 'add', input: body, other: shortcut, output: at, relu: false });
      channels = out;
    }
    readable.push({ layer: `layer${stage + 1}.raw`, output: at, channels: out, stride: 4 * 2 ** stage });
  });
  return { steps, readable };
}
