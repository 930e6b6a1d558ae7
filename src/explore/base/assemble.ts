import { thinned, thinSide } from '../../analysis/thin.js';
import type { EvaluateConfig } from '../../experiment/config.js';
import { contaminate } from '../../experiment/contaminate.js';
import { defectPatches } from '../../experiment/diagnostics.js';
import { maskOf } from '../../experiment/measure.js';
import { patchGrid } from '../../features/layers.js';
import type { Threads } from '../../kernels/threads.js';
import type { Base } from '../view/base.js';
import { cutName, type Stop } from '../view/stop.js';
import type { BaseParts } from './parts.js';
import type { Subject } from './subject.js';

/** The base of a stop: remembered parts, with names, labels and masks as they lie now. @throws InputError for a bad mask. */
export async function assembleBase(
  threads: Threads,
  { category }: Subject,
  stop: Stop,
  config: EvaluateConfig,
  { cut, coreset, arrays }: BaseParts,
): Promise<Base> {
  const { preprocessing } = config.features;
  const { crop } = preprocessing;
  const { side: grid } = patchGrid(config.features);
  const { train, test, manifest } = contaminate(category, config);
  const { masked } = category;
  const defects = masked ? await defectPatches(train, preprocessing, grid, config.maskMode, threads) : null;
  const pixels = thinSide(crop) ** 2;
  const masks = new Uint8Array(masked ? test.length * pixels : 0);
  if (masked) {
    await Promise.all(
      test.map(async (sample, image) => {
        const mask = await maskOf(sample, config);
        if (mask) masks.set(thinned(mask, crop), image * pixels);
      }),
    );
  }
  const leaked = new Set(manifest.images);
  return {
    stop,
    category: category.name,
    cut,
    usual: Number(config.settings[cutName(stop.judge)]),
    grid,
    crop,
    train: train.map(({ name, noise }) => ({ name, noise })),
    test: test.map(({ name, type, label }) => ({ name, type, label, leaked: leaked.has(name) })),
    masked,
    coreset,
    ...arrays,
    defects: defects ?? new Uint8Array(0),
    masks,
  };
}
