/** Channels of the positional code. */
export const CONDITION = 128;

/**
 * Positional code of a [side × side] grid (docs/methods.md 6.1): [side² × 128], ω_j = 10000^(−2j/64); channels 2j and
 * 2j + 1 are sin and cos of x·ω_j, 64 + 2j and 65 + 2j of y·ω_j, with x the column and y the row from 0.
 */
export function positionalCode(side: number): Float32Array {
  const code = new Float32Array(side * side * CONDITION);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = (y * side + x) * CONDITION;
      for (let j = 0; j < 32; j++) {
        const frequency = 10000 ** ((-2 * j) / 64);
        code[at + 2 * j] = Math.sin(x * frequency);
        code[at + 2 * j + 1] = Math.cos(x * frequency);
        code[at + 64 + 2 * j] = Math.sin(y * frequency);
        code[at + 65 + 2 * j] = Math.cos(y * frequency);
      }
    }
  }
  return code;
}
