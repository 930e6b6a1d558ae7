import type { Category } from '../../dataset/category.js';
import type { EvaluateConfig } from '../../experiment/config.js';
import { contaminate } from '../../experiment/contaminate.js';
import type { Lab } from '../../experiment/lab.js';
import { featureReader } from '../../features/reader.js';
import type { ImageRequest } from '../../features/spec.js';
import { contentKey } from '../../storage/cache.js';

/** Raise when what is remembered of a stop changes its form or meaning. */
const VERSION = 3;

/** Names what is remembered of stops, by content. */
export interface StopKeys {
  /** @returns what the `what` of a configuration depends on; null where nothing is remembered. */
  of(what: string, config: EvaluateConfig): Promise<unknown[] | null>;
}

/** The keys of each image's features are found once, and once for each draw: every stop is made of the same images. */
export function stopKeys(lab: Lab, category: Category): StopKeys {
  const known = new Map<string, Promise<string>>();
  const draws = new Map<string, Promise<string>>();
  return {
    async of(what, config) {
      if (!lab.cache.folder) return null;
      const reader = await featureReader(lab, config.features);
      const spec = contentKey(config.features);
      const keyOf = (image: ImageRequest): Promise<string> => {
        const name = JSON.stringify([spec, image.path, image.augmentation ?? null]);
        let key = known.get(name);
        if (!key) {
          key = reader.keys([image]).then(([own]) => own);
          known.set(name, key);
        }
        return key;
      };
      const imagesKey = async (): Promise<string> => {
        const { train, test } = contaminate(category, config);
        const images = await Promise.all([...train, ...test].map(keyOf));
        const labels = test.map(({ label }) => label);
        return contentKey([images, train.length, labels]);
      };
      const draw = JSON.stringify([spec, config.contamination, config.seed]);
      const own = draws.get(draw) ?? imagesKey();
      draws.set(draw, own);
      return [what, VERSION, await own, config.method, config.settings, config.seed];
    },
  };
}
