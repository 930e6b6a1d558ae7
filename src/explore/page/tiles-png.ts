/** Sides in pixels of a picture in the PNG, of the gap, and of a line of text. */
const [SIDE, GAP, LINE] = [224, 12, 34];
const ACROSS = 6;

/** The tiles within an element as one PNG: pictures, heat maps, outlines, captions. */
export async function tilesPng(element: HTMLElement): Promise<string> {
  const tiles = [...element.querySelectorAll<HTMLElement>('.tile')];
  const columns = Math.min(ACROSS, Math.max(1, tiles.length));
  const canvas = document.createElement('canvas');
  canvas.width = GAP + columns * (SIDE + GAP);
  canvas.height = GAP + Math.ceil(tiles.length / columns) * (SIDE + LINE + GAP);
  const context = canvas.getContext('2d')!;
  const style = getComputedStyle(element.closest('.card') ?? element);
  context.fillStyle = style.backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const [i, tile] of tiles.entries()) {
    const [x, y] = [GAP + (i % columns) * (SIDE + GAP), GAP + Math.floor(i / columns) * (SIDE + LINE + GAP)];
    const image = tile.querySelector('img');
    if (image) {
      await image.decode().catch(() => undefined);
      if (image.naturalWidth > 0) context.drawImage(image, x, y, SIDE, SIDE);
    }
    const heat = tile.querySelector('canvas');
    if (heat) context.drawImage(heat, x, y, SIDE, SIDE);
    for (const outline of tile.querySelectorAll('svg')) {
      const path = outline.querySelector('path')!;
      const scale = SIDE / outline.viewBox.baseVal.width;
      context.save();
      context.translate(x, y);
      context.scale(scale, scale);
      context.lineWidth = 2 / scale;
      context.strokeStyle = getComputedStyle(path).stroke;
      context.stroke(new Path2D(path.getAttribute('d')!));
      context.restore();
    }
    context.fillStyle = style.color;
    context.font = '13px system-ui, sans-serif';
    context.fillText(tile.querySelector('.caption')?.textContent ?? '', x, y + SIDE + 20, SIDE);
  }
  return canvas.toDataURL('image/png');
}
