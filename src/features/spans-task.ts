import { engineError } from '../engine/explain-failure.js';
import { importOnnxRuntime } from '../engine/onnx.js';
import type { TaskContext } from '../kernels/task.js';
import { specNetwork, specParameters } from './embedder.js';
import { networkInput } from './input.js';
import { IMAGE } from './network.js';
import { channelsFirst, openSession } from './onnx-forward.js';
import { SPANS, spansModel } from './onnx-spans.js';
import type { FeatureSpec, ImageRequest } from './spec.js';

/** Images to run a network on. */
export interface SpansJob {
  spec: FeatureSpec;
  images: readonly ImageRequest[];
}

/** The least and the largest value of each activation over some images, in single precision: [2·activations]. @throws InputError. */
export async function run(_context: TaskContext, { spec, images }: SpansJob): Promise<Float32Array> {
  const side = spec.preprocessing.crop;
  const network = specNetwork(spec);
  const model = spansModel(network, await specParameters(spec, network), side);
  const runtime = await importOnnxRuntime().catch((error) => {
    throw engineError('onnx', error);
  });
  const session = await openSession(runtime, model);
  try {
    const spans: Float32Array[] = [];
    for (const image of images) {
      const { input } = await networkInput(spec, image);
      const tensor = new runtime.Tensor('float32', channelsFirst(input, side), [1, 3, side, side]);
      spans.push((await session.run({ [IMAGE]: tensor }))[SPANS].data);
    }
    return joinSpans(spans);
  } finally {
    await session.release();
  }
}

/** The least of the least and the largest of the largest, [2·activations] each. */
export function joinSpans(all: readonly Float32Array[]): Float32Array {
  return all[0].map((_, i) => {
    const own = all.map((spans) => spans[i]);
    return i % 2 === 0 ? Math.min(...own) : Math.max(...own);
  });
}
