import { rgb } from 'd3-color';
import { interpolateInferno } from 'd3-scale-chromatic';
import { checkLength } from '../arguments.js';
import type { Raster } from './raster.js';

let palette: Uint8Array | undefined;

/** 256 colours of inferno (perceptually even, readable in grey), [256 × 3]. */
export function heatPalette(): Uint8Array {
  palette ??= Uint8Array.from({ length: 768 }, (_, i) => {
    const { r, g, b } = rgb(interpolateInferno(Math.floor(i / 3) / 255));
    return [r, g, b][i % 3];
  });
  return palette;
}

/**
 * An image with its anomaly map laid over it: colour by value between `low` and `high`, more opaque where it is higher.
 * @param map [side × side] of the image's size.
 */
export function overlay(image: Raster, map: Float32Array, low: number, high: number): Raster {
  checkLength('map', map, image.width * image.height);
  const colours = heatPalette();
  const data = new Uint8Array(image.data.length);
  for (let p = 0; p < map.length; p++) {
    const heat = Math.min(1, Math.max(0, (map[p] - low) / (high - low || 1)));
    const opacity = 0.15 + 0.6 * heat;
    const colour = Math.round(heat * 255) * 3;
    for (let c = 0; c < 3; c++)
      data[p * 3 + c] = Math.round(image.data[p * 3 + c] * (1 - opacity) + colours[colour + c] * opacity);
  }
  return { ...image, data };
}
