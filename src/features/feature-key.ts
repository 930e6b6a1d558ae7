import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InputError } from '../errors.js';
import { contentKey } from '../storage/cache.js';
import type { FeatureSpec, ImageRequest } from './spec.js';

/** Raise when the embedding's values change. */
const VERSION = 2;

/**
 * What an image's patch rows depend on: its bytes, the change of the copy, preprocessing, network, weights and which
 * library runs it (they agree to 1e-6 only).
 * @throws InputError when the image cannot be read.
 */
export async function featureKey(
  spec: FeatureSpec,
  weightsSha256: string,
  { path, augmentation }: ImageRequest,
): Promise<string> {
  const bytes = await readFile(path).catch((error: Error) => {
    throw new InputError(`cannot read image ${path}: ${error.message}`, 'Check the path');
  });
  const image = createHash('sha256').update(bytes).digest('hex');
  const { backbone, layers, preprocessing, executor, reading } = spec;
  return contentKey([
    'features',
    VERSION,
    image,
    augmentation ?? null,
    backbone,
    layers,
    preprocessing,
    executor,
    weightsSha256,
    ...(reading?.kind === 'maps' ? [reading] : []),
  ]);
}
