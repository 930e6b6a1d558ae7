import { checkLength, checkWhole } from '../arguments.js';
/**
 * Connected regions of a mask, 8-connected.
 * @param mask [side × side] of 0 and 1. @returns one list of pixel indices a region.
 */
export function regions(mask: Uint8Array, side: number): Int32Array[] {
  checkWhole('side', side, 1);
  checkLength('mask', mask, side * side);
  const seen = new Uint8Array(mask.length);
  const found: Int32Array[] = [];
  const stack: number[] = [];
  for (let start = 0; start < mask.length; start++) {
    if (!mask[start] || seen[start]) continue;
    const pixels: number[] = [];
    stack.push(start);
    seen[start] = 1;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      pixels.push(at);
      const x = at % side;
      const y = (at - x) / side;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(side - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(side - 1, x + 1); nx++) {
          const next = ny * side + nx;
          if (mask[next] && !seen[next]) {
            seen[next] = 1;
            stack.push(next);
          }
        }
      }
    }
    found.push(Int32Array.from(pixels));
  }
  return found;
}
