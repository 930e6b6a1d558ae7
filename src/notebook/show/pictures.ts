import { encodePng } from '../../image/codec.js';
import { heatPalette } from '../../image/overlay.js';
import type { Raster } from '../../image/raster.js';
import type { MimeBundle } from '../cell-host.js';
import { has, type Look } from './look.js';

const PNG = [0x89, 0x50, 0x4e, 0x47];
const JPEG = [0xff, 0xd8, 0xff];

const begins = (value: unknown, magic: readonly number[]): boolean =>
  value instanceof Uint8Array && value.length > 64 && magic.every((byte, i) => value[i] === byte);

const picture = (mime: string, bytes: Uint8Array): MimeBundle => ({
  [mime]: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
  'text/plain': `a picture, ${bytes.length} bytes`,
});

/** Bytes of a PNG or JPEG file. */
export const PICTURE_FILE: Look = {
  matches: (value) => begins(value, PNG) || begins(value, JPEG),
  bundle: (bytes: Uint8Array) => picture(begins(bytes, PNG) ? 'image/png' : 'image/jpeg', bytes),
};

/** An image in memory. */
export const RASTER: Look = {
  matches: (value) =>
    has(value, 'width', 'height', 'channels', 'data') &&
    value.data instanceof Uint8Array &&
    value.data.length === Number(value.width) * Number(value.height) * Number(value.channels),
  bundle: async (raster: Raster) => picture('image/png', await encodePng(raster)),
};

const sideOf = (map: unknown): number => (map instanceof Float32Array ? Math.sqrt(map.length) : 0);

/** A scored image, or a list of them: anomaly maps in one scale, black is the lowest value of all, yellow the highest. */
export const HEAT_MAPS: Look = {
  matches: (value) =>
    [value].flat().length > 0 &&
    [value].flat().every((own) => has(own, 'map') && sideOf(own.map) > 0 && Number.isInteger(sideOf(own.map))),
  async bundle(value: { map: Float32Array; score?: number } | { map: Float32Array; score?: number }[]) {
    const scored = [value].flat();
    const bundle = picture('image/png', await encodePng(heatMaps(scored.map(({ map }) => map))));
    const scores = scored.map(({ score }) => score?.toPrecision(4) ?? '–').join(', ');
    return { ...bundle, 'text/plain': `anomaly maps, scores ${scores}` };
  },
};

/** Square maps side by side. */
function heatMaps(maps: readonly Float32Array[]): Raster {
  const colours = heatPalette();
  const side = Math.max(...maps.map(sideOf));
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const map of maps) {
    for (const value of map) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  const width = maps.length * side;
  const data = new Uint8Array(width * side * 3);
  maps.forEach((map, m) => {
    const own = sideOf(map);
    for (let p = 0; p < map.length; p++) {
      const colour = 3 * Math.round((255 * (map[p] - low)) / (high - low || 1));
      const at = 3 * (Math.floor(p / own) * width + m * side + (p % own));
      data.set(colours.subarray(colour, colour + 3), at);
    }
  });
  return { width, height: side, channels: 3, data };
}

/** SVG and HTML as text. */
export const MARKUP: Look = {
  matches: (value) => typeof value === 'string' && /^\s*<[a-z!?][\s\S]*>\s*$/i.test(value),
  bundle: (text: string): MimeBundle =>
    /^\s*(<\?xml[^>]*>\s*)?<svg[\s>]/.test(text)
      ? { 'image/svg+xml': text, 'text/plain': 'a picture' }
      : { 'text/html': text, 'text/plain': text },
};
