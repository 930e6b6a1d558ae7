import { InputError } from '../errors.js';
import type { Network } from './network.js';
import { RESNETS, resnet } from './resnet.js';

/** Names of the backbones that can be built. */
export const BACKBONES: readonly string[] = RESNETS;

/**
 * A backbone that is built here, up to the deepest of `layers`. @param side of the images, which some networks are built for.
 * @throws InputError for an unknown backbone or layer, or a side it cannot take.
 */
export function nativeNetwork(backbone: string, layers: readonly string[], _side?: number): Network {
  if (RESNETS.includes(backbone)) return resnet(backbone, layers);
  throw new InputError(`there is no backbone "${backbone}"`, `Choose one of ${BACKBONES.join(', ')}, or a .onnx file`);
}
