import type { Engine } from '../engine/names.js';
import { InputError } from '../errors.js';
import { nativeNetwork } from './native-network.js';
import { RESNETS } from './resnet.js';
import type { FeatureSpec } from './spec.js';

const FIX = 'leave --precision-network out';

/** Whether a backbone can compute in 8 bits: one of convolutions, pools and sums. */
const inEightBits = (backbone: string): boolean =>
  nativeNetwork(backbone, ['layer1']).steps.every(({ op }) => op === 'conv' || op === 'maxpool' || op === 'add');

/** @throws InputError where a network is to compute in 8 bits that cannot, or by an engine that cannot. */
export function checkPrecision(
  { precision, backbone, network }: Pick<FeatureSpec, 'precision' | 'backbone' | 'network'>,
  engine: Engine,
): void {
  if (precision !== 'int8') return;
  const able = RESNETS.filter(inEightBits);
  if (network || !able.includes(backbone)) {
    throw new InputError(`${backbone} cannot compute in int8`, `Choose one of ${able.join(', ')}, or ${FIX}`);
  }
  if (engine !== 'onnx') {
    throw new InputError(
      `a network in int8 runs by onnxruntime on the processor alone, not by ${engine}`,
      `Give --engine onnx, or ${FIX}`,
    );
  }
}
