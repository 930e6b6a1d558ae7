import type { Affine } from '../image/affine.js';
import type { Random } from '../random.js';

/**
 * Which change injected copies get (docs/methods.md 1.4). `affine`: the authors' noise augmentation, ±10°, ±10 % shift, scale
 * 0.9…1.1, x-shear ±10°. `rotation`: their pre-release, ±10°. `slight`: SoftPatch+, ±3° and ±3 % shift.
 */
export type NoiseAugmentation = 'none' | 'affine' | 'rotation' | 'slight';

export const NOISE_AUGMENTATIONS: readonly NoiseAugmentation[] = ['none', 'affine', 'rotation', 'slight'];

const RANGES: Record<
  Exclude<NoiseAugmentation, 'none'>,
  { angle: number; shift: number; scale: number; shear: number }
> = {
  affine: { angle: 10, shift: 0.1, scale: 0.1, shear: 10 },
  rotation: { angle: 10, shift: 0, scale: 0, shear: 0 },
  slight: { angle: 3, shift: 0.03, scale: 0, shear: 0 },
};

/** Draws a change; null for `none`. */
export function drawAugmentation(random: Random, kind: NoiseAugmentation): Affine | null {
  if (kind === 'none') return null;
  const { angle, shift, scale, shear } = RANGES[kind];
  return {
    angle: random.uniform(-angle, angle),
    shiftX: random.uniform(-shift, shift),
    shiftY: random.uniform(-shift, shift),
    scale: random.uniform(1 - scale, 1 + scale),
    shear: random.uniform(-shear, shear),
  };
}
