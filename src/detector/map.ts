import { checkFinite, checkLength, checkWhole } from '../arguments.js';
import { stretchBilinear } from '../image/bilinear.js';

/** Width of the blur, in pixels; the kernel reaches 4σ = 16 pixels. */
export const MAP_SIGMA = 4;
const RADIUS = 16;

/**
 * How a blur continues beyond the border: `repeat` d c b a|a b c d|d c b a (scipy's `reflect`), `mirror` d c b|a b c d|c b a
 * (anomalib).
 */
export type Border = 'repeat' | 'mirror';

/**
 * An anomaly map (docs/methods.md 3.3): patch scores [grid × grid] stretched bilinearly (half-pixel) to [side × side], then
 * blurred by a Gaussian of σ = 4 with 33 taps.
 * @param stretch `nearest`: each pixel takes its patch's score, as anomalib's PatchCore.
 * @throws RangeError unless scores are grid² values; InputError for NaN or infinity.
 */
export function anomalyMap(
  scores: Float32Array,
  grid: number,
  side: number,
  border: Border = 'repeat',
  stretch: 'bilinear' | 'nearest' = 'bilinear',
): Float32Array {
  checkWhole('grid', grid, 1);
  checkWhole('side', side, 1);
  checkLength('scores', scores, grid * grid);
  checkFinite('scores', scores);
  const stretched =
    stretch === 'nearest' ? blocks(scores, grid, side) : new Float32Array(stretchBilinear(scores, grid, side));
  return blur(blur(stretched, side, border), side, border);
}

/** Each pixel's patch, [side × side]. */
function blocks(scores: Float32Array, grid: number, side: number): Float32Array {
  const patch = patchOf(grid, side);
  return Float32Array.from(
    { length: side * side },
    (_, i) => scores[patch[Math.floor(i / side)] * grid + patch[i % side]],
  );
}

/** The patch of each pixel of a row that is stretched without blending. */
export function patchOf(grid: number, side: number): number[] {
  return Array.from({ length: side }, (_, x) => Math.floor((x * grid) / side));
}

/** Normalised Gaussian taps −16…16. */
export function gaussianTaps(): Float64Array {
  const taps = Float64Array.from({ length: 2 * RADIUS + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - RADIUS) / MAP_SIGMA) ** 2),
  );
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

/** Blurs along rows and transposes, so that applying it twice blurs both ways and restores the orientation. */
function blur(image: Float32Array, side: number, border: Border): Float32Array {
  return blurRows(image, side, side, border);
}

/** Rows [height × side], each blurred as a map's. */
export function blurred(rows: Float32Array, height: number, side: number, border: Border): Float32Array {
  const turned = blurRows(rows, height, side, border);
  return rows.map((_, i) => turned[(i % side) * height + Math.floor(i / side)]);
}

/** The pixel of a row that stands at a place within or beyond it. */
function mirrored(x: number, side: number, border: Border): number {
  // A single pixel is its own mirror image.
  const period = border === 'repeat' ? 2 * side : Math.max(1, 2 * side - 2);
  const at = ((x % period) + period) % period;
  return at < side ? at : period - (border === 'repeat' ? 1 : 0) - at;
}

/** Blurs the rows of [height × side] and transposes. */
function blurRows(image: Float32Array, height: number, side: number, border: Border): Float32Array {
  const taps = gaussianTaps();
  const out = new Float32Array(image.length);
  const from = Int32Array.from({ length: side + 2 * RADIUS }, (_, x) => mirrored(x - RADIUS, side, border));
  // Room for the pixels beside the last: four are summed at a time, since each sum by itself waits for its last addition.
  const line = new Float64Array(from.length + 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < from.length; x++) line[x] = image[y * side + from[x]];
    for (let x = 0; x < side; x += 4) {
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let t = 0; t < taps.length; t++) {
        const tap = taps[t];
        a += line[x + t] * tap;
        b += line[x + t + 1] * tap;
        c += line[x + t + 2] * tap;
        d += line[x + t + 3] * tap;
      }
      out[x * height + y] = a;
      if (x + 1 < side) out[(x + 1) * height + y] = b;
      if (x + 2 < side) out[(x + 2) * height + y] = c;
      if (x + 3 < side) out[(x + 3) * height + y] = d;
    }
  }
  return out;
}
