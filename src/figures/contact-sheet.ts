import { escapeXml, FONT_FAMILY } from './render.js';

/** One row of a contact sheet: a label and its pictures as PNG bytes. */
export interface SheetRow {
  label: string;
  pictures: readonly Uint8Array[];
  /** Lines under each picture. */
  captions?: readonly string[];
}

const CELL = 132;
const GAP = 6;
const LEFT = 138;
const TOP = 44;
const LINE = 14;

/** A contact sheet as SVG: columns of pictures under headings, a label in front of each row. */
export function contactSheet(title: string, headings: readonly string[], rows: readonly SheetRow[]): string {
  const width = LEFT + headings.length * (CELL + GAP);
  const lines = (row: SheetRow): number => Math.max(0, ...(row.captions ?? []).map((text) => text.split('\n').length));
  const height = rows.reduce((sum, row) => sum + CELL + GAP + lines(row) * LINE, TOP + 22);
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
  let y = TOP + 22;
  for (const row of rows) {
    const { label, pictures, captions = [] } = row;
    for (const [i, line] of label.split('\n').entries()) {
      parts.push(text(GAP, y + CELL / 2 + i * 16, line, i === 0 ? 'font-weight="600"' : ''));
    }
    for (const [i, png] of pictures.entries()) {
      const data = Buffer.from(png).toString('base64');
      const x = LEFT + i * (CELL + GAP);
      parts.push(`<image x="${x}" y="${y}" width="${CELL}" height="${CELL}" href="data:image/png;base64,${data}"/>`);
      for (const [l, line] of (captions[i]?.split('\n') ?? []).entries()) {
        parts.push(text(x, y + CELL + (l + 1) * LINE - 2, line, 'font-size="10"'));
      }
    }
    y += CELL + GAP + lines(row) * LINE;
  }
  return [...parts, '</svg>'].join('\n');
}
