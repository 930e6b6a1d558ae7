/**
 * The kernel's icon: patches of a grid, one that is no defect hollow, one that is glowing; the outlier colour of the figures.
 */
export function iconSvg(): string {
  const cells = [
    [0, 0, '#0072B2'],
    [1, 0, '#0072B2'],
    [2, 0, '#56B4E9'],
    [0, 1, '#56B4E9'],
    [1, 1, '#D55E00'],
    [2, 1, '#0072B2'],
    [0, 2, '#0072B2'],
    [1, 2, '#56B4E9'],
    [2, 2, '#0072B2'],
  ];
  const squares = cells.map(
    ([x, y, colour]) =>
      `<rect x="${4 + 20 * Number(x)}" y="${4 + 20 * Number(y)}" width="16" height="16" rx="3" fill="${colour}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64">${squares.join('')}</svg>\n`;
}
