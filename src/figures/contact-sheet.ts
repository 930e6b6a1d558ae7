import { escapeXml, FONT_FAMILY } from './render.js';

/** One row of a contact sheet: a label and its pictures as PNG bytes. */
export interface SheetRow {
  label: string;
  pictures: readonly Uint8Array[];
}

const CELL = 132;
const GAP = 6;
const LEFT = 138;
const TOP = 44;

/** A contact sheet as SVG: columns of pictures under headings, a label in front of each row. */
export function contactSheet(title: string, headings: readonly string[], rows: readonly SheetRow[]): string {
  const width = LEFT + headings.length * (CELL + GAP);
  const height = TOP + 22 + rows.length * (CELL + GAP);
  const text = (x: number, y: number, content: string, attributes = ''): string =>
    `<text x="${x}" y="${y}" ${attributes}>${escapeXml(content)}</text>`;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${FONT_FAMILY}" font-size="13" fill="#222">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    text(GAP, 24, title, 'font-size="17" font-weight="600"'),
    ...headings.map((heading, i) =>
      text(LEFT + i * (CELL + GAP) + CELL / 2, TOP + 12, heading, 'text-anchor="middle"'),
    ),
  ];
  rows.forEach(({ label, pictures }, row) => {
    const y = TOP + 22 + row * (CELL + GAP);
    label.split('\n').forEach((line, i) => {
      parts.push(text(GAP, y + CELL / 2 + i * 16, line, i === 0 ? 'font-weight="600"' : ''));
    });
    pictures.forEach((png, i) => {
      const data = Buffer.from(png).toString('base64');
      const x = LEFT + i * (CELL + GAP);
      parts.push(`<image x="${x}" y="${y}" width="${CELL}" height="${CELL}" href="data:image/png;base64,${data}"/>`);
    });
  });
  return [...parts, '</svg>'].join('\n');
}
