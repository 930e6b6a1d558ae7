const scratch = new DataView(new ArrayBuffer(4));

/** IEEE half-precision bits to a number. */
export function floatFromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** A number to IEEE half-precision bits, rounded to nearest even; beyond ±65,504 becomes infinity. */
export function halfFromFloat(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const rest = bits & 0x7fffffff;
  if (rest > 0x7f800000) return sign | 0x7e00;
  if (rest >= 0x47800000) return sign | 0x7c00;
  if (rest < 0x38800000) return sign | roundEven(Math.abs(value) * 2 ** 24);
  const rebased = rest - 0x38000000;
  return sign | ((rebased + 0xfff + ((rebased >> 13) & 1)) >> 13);
}

function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

let table: Float32Array | undefined;

/** Half-precision bits to float32, through a 65,536-entry table. */
export function floatsFromHalves(
  bits: Uint16Array,
  target: Float32Array = new Float32Array(bits.length),
): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, index) => floatFromHalf(index));
  for (let i = 0; i < bits.length; i++) target[i] = table[bits[i]];
  return target;
}

/** Half-precision bits of float32 values. */
export function halvesFromFloats(values: Float32Array): Uint16Array {
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) bits[i] = halfFromFloat(values[i]);
  return bits;
}

/** Rounds float32 values to the nearest half in place. */
export function roundToHalf(values: Float32Array): void {
  floatsFromHalves(halvesFromFloats(values), values);
}
