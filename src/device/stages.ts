import { SELECT_ROWS } from '../coreset/greedy.js';
import { PROJECT, type ProjectionJob } from '../denoise/projection.js';
import { PATCH_WEIGHTS } from '../denoise/weights.js';
import { FLOWS } from '../detector/cflow/flow-stage.js';
import { INDEX_GROUPS } from '../detector/group-index.js';
import { INDEX_NEIGHBOURS } from '../detector/neighbours.js';
import { GAUSSIANS } from '../detector/padim-stage.js';
import { isFar, type Rows } from '../engine/rows.js';
import type { Compute, Stage } from '../engine/stage.js';
import { EXTRACT } from '../features/extract.js';
import type { Threads } from '../kernels/threads.js';
import type { Watch } from '../progress.js';
import { type Device, OutOfMemory } from './device.js';
import { deviceExtractor } from './extract.js';
import { deviceFlows } from './flows.js';
import { deviceIndex } from './neighbours.js';
import { deviceGaussians } from './padim.js';
import { deviceProject } from './project.js';
import { stayingTensors } from './staying-tensors.js';
import type { Gpu } from './webgpu/gpu.js';
import { gpuGreedyCoreset } from './webgpu/greedy.js';
import { gpuGroups } from './webgpu/group-search.js';
import { gpuProject } from './webgpu/project.js';
import { gpuNeighbours } from './webgpu/search.js';
import { stayingRows } from './webgpu/staying-rows.js';
import { gpuPatchWeights, MOST_NEIGHBOURS } from './webgpu/weights.js';
import { devicePatchWeights } from './weights.js';

/** A stage's form on a device. */
type Form = (job: never, watch: Watch) => Promise<unknown>;
type Add = <Job, Result>(stage: Stage<Job, Result>, form: (job: Job, watch: Watch) => Promise<Result>) => void;

/** Stages that threads do where the device has no room, as they leave nothing half-done. */
const RETRIED = new Set<unknown>([PROJECT, PATCH_WEIGHTS, SELECT_ROWS, INDEX_NEIGHBOURS, INDEX_GROUPS]);

/**
 * Stages on a device; threads decode images and keep the cache meanwhile, and run every stage that has no form here.
 * A new backend is a table like this one.
 */
export function deviceCompute(device: Device, threads: Threads): Compute {
  const { gpu } = device;
  const extractor = deviceExtractor(device, threads, (job) =>
    gpu ? stayingRows(device, gpu, job) : stayingTensors(device, job),
  );
  const forms = new Map<unknown, Form>();
  const add: Add = (stage, form) => {
    forms.set(stage, form as Form);
  };
  // An ONNX file's network is onnxruntime's.
  add(EXTRACT, (job, watch) =>
    job.spec.network ? EXTRACT.onThreads(threads, job, watch) : extractor.extract(job, watch),
  );
  add(PROJECT, (job, watch) => deviceProject(device, job, watch));
  add(PATCH_WEIGHTS, (job, watch) => devicePatchWeights(device, job, watch));
  add(INDEX_NEIGHBOURS, deviceIndex(device));
  add(GAUSSIANS, (job, watch) => deviceGaussians(device, job, watch));
  add(FLOWS, (job, watch) => deviceFlows(device, job, watch));
  if (gpu) {
    addKernels(add, device, gpu, threads);
    add(
      PROJECT,
      async (job, watch) => (await projectThere(device, gpu, job, watch)) ?? (await deviceProject(device, job, watch)),
    );
  }
  const names = [...forms.keys()].map((stage) => (stage as Stage<never, unknown>).name);
  return {
    engine: device.name,
    stages: Object.fromEntries(names.map((name) => [name, device.name])),
    run: <Job, Result>(stage: Stage<Job, Result>, job: Job, watch: Watch = {}) => {
      const form = forms.get(stage) as ((job: Job, watch: Watch) => Promise<Result>) | undefined;
      const onThreads = (): Promise<Result> => stage.onThreads(threads, job, watch);
      if (!form) return onThreads();
      return form(job, watch).catch((error) => {
        if (error instanceof OutOfMemory && RETRIED.has(stage)) return onThreads();
        throw error;
      });
    },
    release() {
      threads.release(true);
      extractor.release();
    },
  };
}

/** A product for which there was no room is not left there. */
async function projectThere(device: Device, gpu: Gpu, job: ProjectionJob, watch: Watch): Promise<Rows | null> {
  let made: Rows | null = null;
  const work = async (): Promise<Rows | null> => {
    made = await gpuProject(gpu, job, watch);
    return made;
  };
  return device.attempt(work).catch((error) => {
    if (made && isFar(made)) made.free();
    throw error;
  });
}

/** Stages for which ops say too little: kernels of our own on TensorFlow.js' device. */
function addKernels(add: Add, device: Device, gpu: Gpu, threads: Threads): void {
  add(SELECT_ROWS, ({ z, d, options }, watch) => device.attempt(() => gpuGreedyCoreset(gpu, z, d, options, watch)));
  add(PATCH_WEIGHTS, (job, watch) =>
    job.options.k > MOST_NEIGHBOURS
      ? PATCH_WEIGHTS.onThreads(threads, job, watch)
      : device.attempt(() => gpuPatchWeights(gpu, job, watch)),
  );
  add(INDEX_NEIGHBOURS, gpuNeighbours(device, gpu, deviceIndex(device), threads));
  add(INDEX_GROUPS, gpuGroups(device, gpu, threads));
}
