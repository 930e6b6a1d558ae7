import { checkLength } from '../arguments.js';
/** Rotation and shear in degrees, shift as a share of the side, and a factor of size, about the centre. */
export interface Affine {
  angle: number;
  shiftX: number;
  shiftY: number;
  scale: number;
  shear: number;
}

/**
 * Moves a square [side × side × channels] by an affine map, nearest neighbour, filling with 0 (the mean colour of a
 * normalised image), as torchvision's `RandomAffine` on a tensor: output pixels look up their source through
 * (shift · rotate · shear · scale)⁻¹ about the centre.
 */
export function moveAffine<T extends Float32Array | Uint8Array>(
  pixels: T,
  side: number,
  channels: number,
  affine: Affine,
): T {
  checkLength('pixels', pixels, side * side * channels);
  if (!(affine.scale > 0)) throw new RangeError(`affine.scale = ${affine.scale} is not above 0`);
  const radians = Math.PI / 180;
  const rotation = affine.angle * radians;
  const shear = affine.shear * radians;
  // torchvision's RSS matrix with x-shear only.
  const a = Math.cos(rotation);
  const b = -Math.cos(rotation) * Math.tan(shear) - Math.sin(rotation);
  const c = Math.sin(rotation);
  const d = -Math.sin(rotation) * Math.tan(shear) + Math.cos(rotation);
  const dx = Math.round(affine.shiftX * side);
  const dy = Math.round(affine.shiftY * side);
  const out = new (pixels.constructor as new (length: number) => T)(pixels.length);
  const centre = (side - 1) / 2;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const u = x - centre - dx;
      const v = y - centre - dy;
      const sx = Math.round((d * u - b * v) / affine.scale + centre);
      const sy = Math.round((-c * u + a * v) / affine.scale + centre);
      if (sx < 0 || sy < 0 || sx >= side || sy >= side) continue;
      for (let ch = 0; ch < channels; ch++)
        out[(y * side + x) * channels + ch] = pixels[(sy * side + sx) * channels + ch];
    }
  }
  return out;
}
