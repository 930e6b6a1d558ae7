import { InputError } from '../errors.js';
import { nativeNetwork } from './native-network.js';
import type { FeatureSpec } from './spec.js';

/** A layer that is read of images: its channels, and rows and columns of its map. */
export interface LayerShape {
  layer: string;
  channels: number;
  side: number;
}

/** The layers a spec reads, in order. @throws InputError for an unknown backbone or layer, or a crop that it cannot take. */
export function layerShapes(
  spec: Pick<FeatureSpec, 'backbone' | 'layers' | 'network' | 'preprocessing'>,
): LayerShape[] {
  const { backbone, layers, network, preprocessing } = spec;
  if (network) return network.layers.map(({ layer, channels, side }) => ({ layer, channels, side }));
  return nativeNetwork(backbone, layers, preprocessing.crop).outputs.map(({ layer, channels, stride }) => ({
    layer,
    channels,
    side: Math.ceil(preprocessing.crop / stride),
  }));
}

/** Channels of all layers together, e.g. 448 for layers 1–3 of ResNet18. */
export function allChannels({
  backbone,
  layers,
  network,
}: Pick<FeatureSpec, 'backbone' | 'layers' | 'network'>): number {
  const outputs: readonly { channels: number }[] = network?.layers ?? nativeNetwork(backbone, layers).outputs;
  return outputs.reduce((sum, { channels }) => sum + channels, 0);
}

/** The patch grid of a spec: side in patches, and patches an image. */
export function patchGrid(spec: FeatureSpec): { side: number; positions: number } {
  const [first] = layerShapes(spec);
  if (!first) throw new InputError('no layer was asked for', 'Name at least one, such as layer2');
  return { side: first.side, positions: first.side ** 2 };
}
