/** Jupyter counts code points, JavaScript UTF-16 units: outside the basic plane (😀, 𝛕) they differ. */
export function toUnits(text: string, points: number): number {
  let at = 0;
  for (let i = 0; i < points && at < text.length; i++) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return at;
}

/** Number of code points before an offset in UTF-16 units. */
export function toPoints(text: string, units: number): number {
  return [...text.slice(0, units)].length;
}
