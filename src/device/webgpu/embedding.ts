import { EMBEDDING_DIMENSIONS } from '../../features/embedding.js';
import type { LayerMap } from '../../features/layer-map.js';
import { bilinearTaps } from '../../image/bilinear.js';
import { bind, type Gpu, type Numbers } from './gpu.js';
import { TILE, type Tiles } from './tiles.js';

/** A layer's maps [images × height × width × channels] on the GPU. */
export interface LayerMaps {
  readonly values: Numbers;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * A layer's share of the patch embedding, four channels of a patch a thread: the pooled 3×3 neighbourhoods at four corners, blended
 * as on threads and added to what earlier layers gave. Writes 16 bytes; reads some ten values a corner, nearly all from the cache.
 * A value that is not finite leaves its image's number in \`bad\`: the bits are looked at, since arithmetic may assume there is none.
 */
const EMBED = `
struct Tap { low: u32, high: u32, blend: f32 }
struct Shape { start: u32, to: u32, firstTile: u32, positions: u32, width: u32, mapHeight: u32, mapWidth: u32, channels: u32,
  first: u32, count: u32, adds: u32, part: u32, d4: u32 }
@group(0) @binding(0) var<storage, read> map: array<f32>;
@group(0) @binding(1) var<storage, read> starts: array<u32>;
@group(0) @binding(2) var<storage, read> entries: array<vec2u>;
@group(0) @binding(3) var<storage, read> taps: array<Tap>;
@group(0) @binding(4) var<storage, read_write> rows: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> bad: array<atomic<u32>>;
@group(0) @binding(6) var<storage, read> shape: Shape;

fn pooled(image: u32, y: u32, x: u32, k: u32) -> vec4f {
  var four = vec4f(0);
  for (var c = 0u; c < 4; c++) {
    let j = 4 * k + c;
    if (j < shape.first || j >= shape.first + shape.count) { continue; }
    let end = starts[j - shape.first + 1];
    var sum = 0f;
    for (var e = starts[j - shape.first]; e < end; e++) {
      let entry = entries[e];
      let yy = y + (entry.x & 15) / 3;
      let xx = x + (entry.x & 15) % 3;
      // One further than the place itself, so that nothing is below zero.
      if (yy < 1 || xx < 1 || yy > shape.mapHeight || xx > shape.mapWidth) { continue; }
      let at = ((image * shape.mapHeight + yy - 1) * shape.mapWidth + xx - 1) * shape.channels + (entry.x >> 4);
      sum += map[at] * bitcast<f32>(entry.y);
    }
    four[c] = sum;
  }
  return four;
}

@compute @workgroup_size(${TILE})
fn embed(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (shape.firstTile + group.x) * ${TILE} + lane;
  if (row < shape.start || row >= shape.to) { return; }
  let image = (row - shape.start) / shape.positions;
  let place = (row - shape.start) % shape.positions;
  let k = group.y;
  let v = taps[place / shape.width];
  let h = taps[shape.positions / shape.width + place % shape.width];
  var own = pooled(image, v.low, h.low, k);
  if (h.blend != 0 || v.blend != 0) {
    let upper = own + (pooled(image, v.low, h.high, k) - own) * h.blend;
    let left = pooled(image, v.high, h.low, k);
    let lower = left + (pooled(image, v.high, h.high, k) - left) * h.blend;
    own = upper + (lower - upper) * v.blend;
  }
  let at = ((row / ${TILE} - shape.part) * shape.d4 + k) * ${TILE} + lane;
  if (shape.adds != 0) { own += rows[at]; }
  rows[at] = own;
  if (any((bitcast<vec4u>(own) & vec4u(0x7f800000)) == vec4u(0x7f800000))) { atomicMin(&bad[0], row / shape.positions); }
}
`;

/** The patch embedding on a GPU: from layer maps to rows among tiles, without the host. */
export interface GpuEmbedding {
  /** Embeds the images of a batch into rows from `row` on. A pass after all work handed in before. */
  embed(maps: readonly LayerMaps[], images: number, tiles: Tiles, row: number): void;
  /** The first image among the rows embedded so far with a value that is not finite, or null: one wait. */
  firstBad(): Promise<number | null>;
  free(): void;
}

/** Prepares the embedding of layers that enter it so ({@link createEmbedding}); values are the threads' to rounding. */
export function gpuEmbedding(
  gpu: Gpu,
  maps: readonly LayerMap[],
  dimensions: number = EMBEDDING_DIMENSIONS,
): GpuEmbedding {
  const layers = maps.map((layer) => ({
    layer,
    starts: gpu.filled(layer.start),
    entries: packed(gpu, layer),
  }));
  const bad = gpu.filled(Uint32Array.of(0xffffffff));
  const pipeline = gpu.pipeline(EMBED, 'embed');
  const tapsOf = ({ height, width }: LayerMaps, onto: LayerMaps): Numbers =>
    gpu.filled(tapNumbers([...bilinearTaps(height, onto.height), ...bilinearTaps(width, onto.width)]));
  return {
    embed(maps, images, tiles, row) {
      const [onto] = maps;
      const positions = onto.height * onto.width;
      const to = row + images * positions;
      const taps = maps.map((map) => tapsOf(map, onto));
      const shapes: Numbers[] = [];
      gpu.run((pass) => {
        pass.setPipeline(pipeline);
        for (const part of tiles.parts) {
          const first = Math.max(part.first, Math.floor(row / TILE));
          const last = Math.min(part.first + part.count, Math.ceil(to / TILE));
          if (first >= last) continue;
          for (const [l, { layer, starts, entries }] of layers.entries()) {
            const { values, height, width, channels } = maps[l];
            const from = [row, to, first, positions, onto.width, height, width, channels];
            const shape = gpu.filled(
              Uint32Array.of(...from, layer.first, layer.count, Number(l > 0), part.first, dimensions / 4),
            );
            shapes.push(shape);
            const own = bind(gpu, pipeline, values, starts, entries, taps[l], part.rows, bad, shape);
            pass.setBindGroup(0, own);
            pass.dispatchWorkgroups(last - first, dimensions / 4);
          }
        }
      });
      gpu.free(...shapes, ...taps);
    },
    async firstBad() {
      const [bytes] = await gpu.read([bad, 1]);
      const [image] = new Uint32Array(bytes);
      gpu.write(bad, 0, Uint32Array.of(0xffffffff));
      return image === 0xffffffff ? null : image;
    },
    free() {
      gpu.free(bad, ...layers.flatMap(({ starts, entries }) => [starts, entries]));
    },
  };
}

/** Channel, tap and factor of each entry in two numbers. */
function packed(gpu: Gpu, { channel, tap, factor }: LayerMap): Numbers {
  const out = new Uint32Array(2 * channel.length);
  const factors = new Float32Array(out.buffer);
  for (let e = 0; e < channel.length; e++) {
    out[2 * e] = channel[e] * 16 + tap[e];
    factors[2 * e + 1] = factor[e];
  }
  return gpu.filled(out);
}

function tapNumbers(taps: readonly { low: number; high: number; blend: number }[]): Uint32Array {
  const out = new Uint32Array(3 * taps.length);
  const blends = new Float32Array(out.buffer);
  for (const [i, { low, high, blend }] of taps.entries()) {
    out.set([low, high], 3 * i);
    blends[3 * i + 2] = blend;
  }
  return out;
}
