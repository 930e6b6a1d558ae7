import type { Engine } from '../engine/names.js';
import { contentKey } from '../storage/cache.js';
import { pictureHash, tiledPictureHash } from './picture-groups.js';
import type { FeatureSpec, ImageRequest } from './spec.js';

/** Raise when the embedding's values change. */
const VERSION = 2;

/** Raise when the values of networks in 8 bits change. */
const INT8_VERSION = 1;

/** What computed features depend on beside the spec and the image. */
export interface FeatureOrigin {
  /** Engines agree to 1e-6 only, so their features are remembered apart. */
  engine: Engine;
  weightsSha256: string;
}

/**
 * What an image's patch rows depend on: its bytes, the change of the copy, preprocessing, network and its precision, weights and engine.
 * @throws InputError when the image cannot be read.
 */
export async function featureKey(
  spec: FeatureSpec,
  { engine, weightsSha256 }: FeatureOrigin,
  { path, augmentation, tile }: ImageRequest,
): Promise<string> {
  const image = await (tile ? tiledPictureHash(path) : pictureHash(path));
  const { backbone, layers, preprocessing, reading, network, precision, spans } = spec;
  return contentKey([
    'features',
    VERSION,
    image,
    augmentation ?? null,
    backbone,
    layers,
    preprocessing,
    engine,
    weightsSha256,
    ...(reading && reading.kind !== 'embedding' ? [reading] : []),
    ...(network ? [network] : []),
    ...(precision === 'int8' ? [['int8', INT8_VERSION, spans]] : []),
    ...(tile ? [['tile', tile.left, tile.top]] : []),
    // This filter once rounded twice; the others' values stayed.
    ...(preprocessing.filter === 'linear' ? ['one rounding'] : []),
  ]);
}
