import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';

const require = createRequire(import.meta.url);
const FONTS = '@expo-google-fonts/source-sans-3';

/** The one font of every figure, from npm, so that a figure is the same on a machine without fonts. */
export const FONT_FAMILY = 'Source Sans 3';

/** Paths of the font files, regular and semi-bold. */
export function fontFiles(): string[] {
  return [
    require.resolve(`${FONTS}/400Regular/SourceSans3_400Regular.ttf`),
    require.resolve(`${FONTS}/600SemiBold/SourceSans3_600SemiBold.ttf`),
  ];
}

/** An SVG as PNG bytes; `zoom` 300/72 gives 300 dpi when one unit is a point. Same input, same bytes. */
export function renderPng(svg: string, zoom = 1): Uint8Array {
  const font = { loadSystemFonts: false, fontFiles: fontFiles(), defaultFontFamily: FONT_FAMILY };
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: zoom } }).render().asPng();
}

/** Text made safe inside SVG. */
export function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Width of a line of text in the figures' font, in its own units. @param weight 400 or 600. */
export function textWidth(text: string, size: number, weight: number): number {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="100"><text x="0" y="50" font-family="${FONT_FAMILY}" font-size="${size}" font-weight="${weight}">${escapeXml(text)}</text></svg>`;
  return new Resvg(svg, { font: { loadSystemFonts: false, fontFiles: fontFiles() } }).getBBox()?.width ?? 0;
}
