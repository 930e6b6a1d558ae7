import { InputError } from '../errors.js';
import { DINOV2S, dinov2 } from './dinov2.js';
import type { Network } from './network.js';
import { RESNETS, resnet } from './resnet.js';

/** Names of the backbones that can be built. */
export const BACKBONES: readonly string[] = [...RESNETS, ...DINOV2S];

/** Side of images for questions that no side answers differently. */
const ANY_SIDE = 224;

/**
 * A backbone that is built here, up to the deepest of `layers`. @param side of the images, which some networks are built for.
 * @throws InputError for an unknown backbone or layer, or a side it cannot take.
 */
export function nativeNetwork(backbone: string, layers: readonly string[], side: number = ANY_SIDE): Network {
  if (DINOV2S.includes(backbone)) return dinov2(backbone, layers, side);
  if (RESNETS.includes(backbone)) return resnet(backbone, layers);
  throw new InputError(`there is no backbone "${backbone}"`, `Choose one of ${BACKBONES.join(', ')}, or a .onnx file`);
}

/** A layer behind all others of a backbone whose weight files are whole. */
export function deepestLayers(backbone: string): string[] {
  return DINOV2S.includes(backbone) ? ['block12'] : ['layer1'];
}
