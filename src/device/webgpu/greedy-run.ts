import type { Gpu, Numbers } from './gpu.js';
import { GREEDY } from './greedy-kernel.js';
import { TILE, type Tiles } from './tiles.js';

/** Part of the farthest distance down to which tiles are refreshed together, to begin with. */
const SHARE = 0.9;
/** Rounds after which all tiles are brought up to date: 32 missed centres take a workgroup four readings of its tile. */
const CATCH_UP = 32;
/** Numbers of the kernels' state. */
const STATE = 6;

/** Where a selection starts: rows to take the mean distance to, or squared distances of all rows. */
export type Start = { starts: Float32Array; count: number } | { given: Float32Array };

/** A selection that lies on the GPU. */
export interface GreedyRun {
  /** Sets all rows' distances; of those that are not kept, where `masked`, to 0. */
  start(from: Start, masked: boolean): void;
  /** Hands in rounds, each of which picks a row or brings tiles up to date, until `wanted` are picked. @returns how many are. */
  rounds(rounds: number, wanted: number): Promise<number>;
  picks(): Promise<Int32Array>;
  free(): void;
}

/** Makes room for a selection of `count` of these rows. */
export function greedyRun(gpu: Gpu, rows: Tiles, count: number, kept?: Uint8Array): GreedyRun {
  const { device } = gpu;
  const types: GPUBufferBindingType[] = [
    'read-only-storage',
    ...Array<GPUBufferBindingType>(5).fill('storage'),
    'read-only-storage',
    'uniform',
  ];
  const visibility = GPUShaderStage.COMPUTE;
  const entries = types.map((type, binding) => ({ binding, visibility, buffer: { type } }));
  const bindings = device.createBindGroupLayout({ entries });
  const layout = device.createPipelineLayout({ bindGroupLayouts: [bindings] });
  const [start, refresh, choose, fetch] = ['start', 'refresh', 'choose', 'fetch'].map((entry) =>
    gpu.pipeline(GREEDY, entry, layout),
  );
  const least = gpu.room(rows.count * TILE);
  const tiles = gpu.room(rows.count * 4);
  const centres = gpu.room(count * rows.d4 * 4);
  const state = gpu.filled(new Uint32Array(STATE));
  const picks = gpu.room(count);
  const mask = gpu.filled(kept ? Uint32Array.from(kept) : new Uint32Array(1));
  const shapes: GPUBuffer[] = [];
  /** A part's bindings. @param from the centres that its kernels see, and how many of them are starts. */
  const group = (part: number, from: Numbers, starts: number, masked: boolean, all = false): GPUBindGroup => {
    const { first, rows: own, count: size } = rows.parts[part];
    const shape = device.createBuffer({ size: 32, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
    shapes.push(shape);
    const numbers = Uint32Array.of(rows.n, rows.d4, first, rows.count, starts, Number(masked), Number(all), size);
    device.queue.writeBuffer(shape, 0, numbers);
    const buffers = [
      own.buffer,
      least.buffer,
      tiles.buffer,
      from.buffer,
      state.buffer,
      picks.buffer,
      mask.buffer,
      shape,
    ];
    return device.createBindGroup({
      layout: bindings,
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
  };
  const groups = rows.parts.map((_, part) => group(part, centres, 0, false));
  const catchUp = rows.parts.map((_, part) => group(part, centres, 0, false, true));
  const onParts = (pass: GPUComputePassEncoder, pipeline: GPUComputePipeline, own: GPUBindGroup[], each?: 1): void => {
    pass.setPipeline(pipeline);
    for (const [part, { count: size }] of rows.parts.entries()) {
      pass.setBindGroup(0, own[part]);
      pass.dispatchWorkgroups(each ?? size);
    }
  };
  const share = new Uint32Array(Float32Array.of(SHARE).buffer);
  gpu.write(state, 3, share);
  let done = 0;
  return {
    start(from, masked) {
      const starts = 'starts' in from ? gpu.filled(from.starts) : undefined;
      if ('given' in from) gpu.write(least, 0, from.given);
      const own = rows.parts.map((_, part) =>
        group(part, starts ?? centres, 'starts' in from ? from.count : 0, masked && kept !== undefined),
      );
      gpu.run((pass) => onParts(pass, start, own));
      gpu.free(starts);
    },
    async rounds(rounds, wanted) {
      gpu.write(state, 1, Uint32Array.of(wanted));
      gpu.run((pass) => {
        for (let round = 0; round < rounds; round++) {
          onParts(pass, refresh, (round + 1) % CATCH_UP === 0 ? catchUp : groups);
          pass.setPipeline(choose);
          pass.setBindGroup(0, groups[0]);
          pass.dispatchWorkgroups(1);
          if (groups.length > 1) onParts(pass, fetch, groups, 1);
        }
      });
      const [found] = await gpu.read([state, STATE]);
      const numbers = new Uint32Array(found);
      // A device without room for a buffer runs nothing, and says so to error scopes only.
      if (numbers[0] < wanted && numbers[5] === done) throw new Error('the GPU does not run its kernels');
      [, , , , , done] = numbers;
      return numbers[0];
    },
    async picks() {
      const [found] = await gpu.read([picks, count]);
      return new Int32Array(found);
    },
    free() {
      gpu.free(least, tiles, centres, state, picks, mask);
      for (const shape of shapes) shape.destroy();
    },
  };
}
