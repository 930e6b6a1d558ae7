import { anomalyMap, EMBEDDING_DIMENSIONS, findSystem, patchGrid, type System } from '../../src/index.js';

/** Scores a patch by its distance² to the mean patch at its position: no memory, no Gaussian. */
export const MEAN_PATCH: System = {
  name: 'mean-patch',
  about: 'distance to the mean patch at the position',
  profiles: ['plain'],
  reading: (_profile, chosen) => findSystem('patchcore').reading('paper', chosen),
  settings: (_profile, set = {}) => set,

  async fit(lab, reader, train, settings) {
    const data = new Float32Array(patchGrid(reader.spec).positions * EMBEDDING_DIMENSIONS);
    const rows = await reader.read(train, { signal: lab.signal });
    for (const [i, value] of rows.entries()) data[i % data.length] += value / train.length;
    return this.restore(lab, reader, { mean: { dtype: 'F32', shape: [data.length], data } }, settings);
  },

  async restore(lab, reader, tensors) {
    const mean = tensors.mean.data as Float32Array;
    const { side, positions } = patchGrid(reader.spec);
    return {
      seconds: {},
      tensors: async () => tensors,
      async *score(images) {
        for (const image of images) {
          const rows = await reader.read([image], { signal: lab.signal });
          const scores = new Float32Array(positions);
          for (const [i, value] of rows.entries()) {
            scores[Math.floor(i / EMBEDDING_DIMENSIONS)] += (value - mean[i]) ** 2;
          }
          yield { score: Math.max(...scores), map: anomalyMap(scores, side, reader.spec.preprocessing.crop) };
        }
      },
    };
  },
};
