/**
 * An SVG path along the border of a set of grid cells: one stroke for each side of a cell that no other cell of the set shares.
 * @param cells positions in a grid of side `side`.
 */
export function outlinePath(cells: readonly number[], side: number): string {
  const set = new Set(cells);
  const parts: string[] = [];
  for (const cell of cells) {
    const [x, y] = [cell % side, Math.floor(cell / side)];
    if (!set.has(cell - side)) parts.push(`M${x} ${y}h1`);
    if (!set.has(cell + side)) parts.push(`M${x} ${y + 1}h1`);
    if (x === 0 || !set.has(cell - 1)) parts.push(`M${x} ${y}v1`);
    if (x === side - 1 || !set.has(cell + 1)) parts.push(`M${x + 1} ${y}v1`);
  }
  return parts.join('');
}
