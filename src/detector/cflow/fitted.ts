import type { Resources } from '../../engine/resources.js';
import type { FeatureReader } from '../../features/reader.js';
import type { ImageRequest } from '../../features/spec.js';
import type { Fitted, Tensors } from '../system.js';
import { type Flows, likelihoods, reference, scoredImage } from './scoring.js';

/**
 * Trained flows as a detector.
 * @param train images that scores of single images are relative to. @param known that reference, where it was saved.
 */
export function fittedCflow(
  lab: Resources,
  reader: FeatureReader,
  flows: Flows,
  train: readonly ImageRequest[],
  known: Float32Array | null,
  spent: Fitted['seconds'],
  notes: readonly string[],
): Fitted {
  const { crop } = reader.spec.preprocessing;
  const seconds: Fitted['seconds'] = { search: 0, map: 0, ...spent };
  let relativeTo = known;
  const trainingReference = async (): Promise<Float32Array> => {
    relativeTo ??= reference(flows, await likelihoods(lab, reader, flows, train, seconds), crop);
    return relativeTo;
  };
  return {
    seconds,
    notes,
    async *score(images, { alone } = {}) {
      const found = await likelihoods(lab, reader, flows, images, seconds);
      const own = alone ? await trainingReference() : reference(flows, found, crop);
      for (const i of images.keys()) {
        const begin = performance.now();
        const scored = scoredImage(flows, found, own, i, crop);
        seconds.map! += (performance.now() - begin) / 1000;
        yield scored;
      }
    },
    async tensors() {
      const relative = await trainingReference();
      const tensors: Tensors = {
        reference: { dtype: 'F32', shape: [relative.length], data: relative },
        seeds: { dtype: 'I32', shape: [flows.seeds.length], data: Int32Array.from(flows.seeds) },
      };
      for (const [l, data] of flows.parameters.entries()) {
        tensors[`flow.${l}`] = { dtype: 'F32', shape: [data.length], data };
      }
      return tensors;
    },
  };
}
