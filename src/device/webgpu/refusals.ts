import type { ErrorScopes } from '../error-scopes.js';

/** What TensorFlow.js' backend keeps for the next work. */
interface Backend {
  device: GPUDevice;
  /** Null while it has gathered no commands. */
  commandEncoder: GPUCommandEncoder | null;
  endComputePassEncoder(): void;
  submitQueue(): void;
  pipelineCache: Record<string, unknown>;
  bufferManager: {
    /** By size and usage. */
    freeBuffers: Map<string, GPUBuffer[]>;
    usedBuffers: Map<string, GPUBuffer[]>;
    numFreeBuffers: number;
    numBytesAllocated: number;
    releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void;
  };
}

/**
 * Error scopes of TensorFlow.js' device. A buffer that found no room is invalid for ever and looks like any other: the library would
 * hand it out again. After a refusal its free buffers are given back, which also makes room, and those in use are not used again.
 * @param pipelines of our own, in the order in which they were made.
 */
export function refusals(backend: unknown, pipelines: Map<string, unknown>): ErrorScopes {
  const library = backend as Backend;
  const { device, bufferManager } = library;
  const doubted = new WeakSet<GPUBuffer>();
  const { releaseBuffer } = bufferManager;
  bufferManager.releaseBuffer = (buffer, reuse = true) =>
    releaseBuffer.call(bufferManager, buffer, reuse && !doubted.has(buffer));
  const trusted = new Set<string>();
  return {
    pushErrorScope: (kind) => device.pushErrorScope(kind),
    popErrorScope: () => device.popErrorScope(),
    submit() {
      if (!library.commandEncoder) return;
      library.endComputePassEncoder();
      library.submitQueue();
    },
    trust() {
      for (const key of pipelines.keys()) trusted.add(key);
      for (const key of Object.keys(library.pipelineCache)) trusted.add(key);
    },
    doubt() {
      for (const used of bufferManager.usedBuffers.values()) for (const buffer of used) doubted.add(buffer);
      // The lists stay: without any, the library releases nothing.
      for (const free of bufferManager.freeBuffers.values()) {
        for (const buffer of free.splice(0)) {
          bufferManager.numFreeBuffers--;
          bufferManager.numBytesAllocated -= buffer.size;
          buffer.destroy();
        }
      }
      for (const key of pipelines.keys()) if (!trusted.has(key)) pipelines.delete(key);
      for (const key of Object.keys(library.pipelineCache)) if (!trusted.has(key)) delete library.pipelineCache[key];
    },
  };
}
