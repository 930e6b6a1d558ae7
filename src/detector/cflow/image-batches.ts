import { InputError } from '../../errors.js';
import type { ImageRequest } from '../../features/spec.js';
import type { Random } from '../../random.js';
import type { CflowSettings } from './settings.js';

/** Images whose vectors are shuffled together, by index, a batch each. */
export type ImageBatches = readonly (readonly number[])[];

/** Shuffled image indices in batches. @throws InputError when there are none. */
export function imageBatches(count: number, { images, dropLast }: CflowSettings, random: Random): ImageBatches {
  const order = [...random.distinct(count, count)];
  const batches: number[][] = [];
  for (let from = 0; from < count; from += images) batches.push(order.slice(from, from + images));
  const whole = dropLast && batches.at(-1)!.length < images ? batches.slice(0, -1) : batches;
  if (whole.length === 0) throw tooFew(count, 1, images);
  return whole;
}

/**
 * Steps that a flow takes in a pass: full fibres of each batch's vectors [images · side²].
 * @throws InputError when no batch fills a fibre.
 */
export function stepsOf(batches: ImageBatches, side: number, fibre: number): number {
  const steps = batches.reduce((sum, images) => sum + Math.floor((images.length * side * side) / fibre), 0);
  if (steps === 0) throw tooFew(batches[0].length, side, fibre);
  return steps;
}

function tooFew(images: number, side: number, fibre: number): InputError {
  return new InputError(
    `${images} images of ${side}×${side} vectors are fewer than a batch of ${fibre}`,
    'Give more images, or lower fibre or images with --set',
  );
}

/** cflow-ad's augmentation: every image turned by U(±5°) anew. */
export function rotated(train: readonly ImageRequest[], random: Random): ImageRequest[] {
  return train.map((image) => ({
    ...image,
    augmentation: { shiftX: 0, shiftY: 0, scale: 1, shear: 0, ...image.augmentation, angle: random.uniform(-5, 5) },
  }));
}
