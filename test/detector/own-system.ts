import type { ImageRequest, Scored, System } from '../../src/index.js';
import { anomalyMap, findSystem, patchGrid } from '../../src/index.js';

/** Scores a patch by its distance² to the mean patch at its position: no memory, no Gaussian. */
export const MEAN_PATCH: System = {
  name: 'mean-patch',
  about: 'distance to the mean patch at the position',
  profiles: ['plain'],
  reading: (_profile, chosen) => findSystem('patchcore').reading('paper', chosen),
  settings: (_profile, set = {}) => set,
  async fit(work, train, settings) {
    const data = new Float32Array(patchGrid(work.reader.spec).positions * 1024);
    for (const [i, value] of (await work.reader.read(train)).entries()) data[i % data.length] += value / train.length;
    return this.restore(work, { mean: { dtype: 'F32', shape: [data.length], data } }, settings);
  },
  async restore({ reader }, tensors) {
    const mean = tensors.mean.data;
    const { side, positions } = patchGrid(reader.spec);
    async function* score(images: readonly ImageRequest[]): AsyncGenerator<Scored> {
      for (const image of images) {
        const scores = new Float32Array(positions);
        for (const [i, value] of (await reader.read([image])).entries())
          scores[i >> 10] += (value - Number(mean[i])) ** 2;
        yield { score: Math.max(...scores), map: anomalyMap(scores, side, reader.spec.preprocessing.crop) };
      }
    }
    return { seconds: {}, score, tensors: async () => tensors };
  },
};
