import { InputError } from '../../errors.js';
import type { ErrorScopes } from '../error-scopes.js';
import type { Traffic } from '../traffic.js';
import { refusals } from './refusals.js';

/** A buffer of 32-bit numbers on the GPU. */
export interface Numbers {
  readonly buffer: GPUBuffer;
  /** Bytes. */
  readonly size: number;
}

/** TensorFlow.js' own GPUDevice, for kernels written in WGSL: one queue, one memory, what is moved counted. */
export interface Gpu {
  readonly device: GPUDevice;
  /** What the device does not throw, and what is not used again after that. */
  readonly scopes: ErrorScopes;
  /** Bytes that a kernel can see of one buffer. */
  readonly largest: number;
  readonly traffic: Traffic;
  /** Zeroed room for `count` 32-bit numbers. */
  room(count: number): Numbers;
  /** Room with these values, of any 32-bit kind. */
  filled(values: Float32Array | Uint32Array | Int32Array): Numbers;
  /** Writes values at a place counted in numbers. */
  write(to: Numbers, at: number, values: Float32Array | Uint32Array | Int32Array): void;
  /** A pipeline of code that was seen before is not made again. @param layout bindings that several pipelines share. */
  pipeline(code: string, entry: string, layout?: GPUPipelineLayout): GPUComputePipeline;
  /** Runs what `record` adds to a pass, after all work handed in before. */
  run(record: (pass: GPUComputePassEncoder) => void): void;
  /** Where a tensor of TensorFlow.js lies; it is not to be disposed before work on it is handed in. */
  tensor(tensor: { readonly dataId: object }): Numbers;
  /** Waits until all work handed in is done, without moving anything. */
  done(): Promise<void>;
  /** Reads the first `count` numbers of each: one wait. @throws InputError when the GPU was lost. */
  read(...wanted: readonly (readonly [Numbers, number])[]): Promise<ArrayBuffer[]>;
  free(...rooms: readonly (Numbers | undefined)[]): void;
}

/** What TensorFlow.js' backend shares. */
interface Backend {
  device: GPUDevice;
  uploadToGPU(dataId: object): void;
  tensorMap: { get(dataId: object): { resource: GPUBuffer } };
}

/** A group of bindings in the order of their numbers. */
export function bind(gpu: Gpu, pipeline: GPUComputePipeline, ...rooms: readonly Numbers[]): GPUBindGroup {
  const entries = rooms.map(({ buffer }, binding) => ({ binding, resource: { buffer } }));
  return gpu.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
}

/** Opens TensorFlow.js' GPU for kernels of our own. */
export function openGpu(backend: unknown, traffic: Traffic): Gpu {
  const library = backend as Backend;
  const { device } = library;
  const pipelines = new Map<string, GPUComputePipeline>();
  const scopes = refusals(backend, pipelines);
  const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  let lost: string | undefined;
  void device.lost.then(({ message, reason }) => {
    lost = message || reason;
  });
  /** The library gathers its own commands, which come before ours. */
  const submit = (record: (encoder: GPUCommandEncoder) => void): void => {
    scopes.submit!();
    const encoder = device.createCommandEncoder();
    record(encoder);
    device.queue.submit([encoder.finish()]);
  };
  /** @throws InputError in the place of an error that came of a loss. */
  const explain = async (error: unknown): Promise<never> => {
    // The reason of a loss comes a little later than the failure.
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (lost === undefined) throw error;
    throw new InputError(
      `the GPU was lost: ${lost}`,
      'Run again; if it recurs, update its driver or choose another engine',
      { cause: error },
    );
  };
  const gpu: Gpu = {
    device,
    scopes,
    largest: Math.min(maxStorageBufferBindingSize, maxBufferSize),
    traffic,
    room(count) {
      const size = Math.max(16, 4 * count);
      return { buffer: device.createBuffer({ size, usage }), size };
    },
    filled(values) {
      const made = gpu.room(values.length);
      gpu.write(made, 0, values);
      return made;
    },
    write(to, at, values) {
      // Shared memory is not taken.
      const own = values.buffer instanceof SharedArrayBuffer ? values.slice() : values;
      traffic.up += own.byteLength;
      device.queue.writeBuffer(to.buffer, 4 * at, own.buffer as ArrayBuffer, own.byteOffset, own.byteLength);
    },
    pipeline(code, entryPoint, layout) {
      const known = pipelines.get(code + entryPoint);
      if (known) return known;
      const compute = { module: device.createShaderModule({ code }), entryPoint };
      const made = device.createComputePipeline({ layout: layout ?? 'auto', compute });
      pipelines.set(code + entryPoint, made);
      return made;
    },
    run(record) {
      submit((encoder) => {
        const pass = encoder.beginComputePass();
        record(pass);
        pass.end();
      });
    },
    tensor({ dataId }) {
      library.uploadToGPU(dataId);
      const { resource } = library.tensorMap.get(dataId);
      return { buffer: resource, size: resource.size };
    },
    async done() {
      await device.queue.onSubmittedWorkDone().catch(explain);
      if (lost !== undefined) await explain(new Error(lost));
    },
    async read(...wanted) {
      const size = wanted.reduce((sum, [, count]) => sum + 4 * count, 0);
      const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
      submit((encoder) => {
        let at = 0;
        for (const [{ buffer }, count] of wanted) {
          encoder.copyBufferToBuffer(buffer, 0, staging, at, 4 * count);
          at += 4 * count;
        }
      });
      try {
        await staging.mapAsync(GPUMapMode.READ);
        const all = staging.getMappedRange();
        traffic.trips++;
        traffic.down += size;
        let at = 0;
        return wanted.map(([, count]) => {
          at += 4 * count;
          return all.slice(at - 4 * count, at);
        });
      } catch (error) {
        return await explain(error);
      } finally {
        staging.destroy();
      }
    },
    free: (...rooms) => {
      for (const room of rooms) room?.buffer.destroy();
    },
  };
  return gpu;
}
