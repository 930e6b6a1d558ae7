import { InputError } from '../errors.js';
import type { Affine } from '../image/affine.js';
import type { Random } from '../random.js';
import { drawAugmentation, type NoiseAugmentation } from './augmentation.js';
import type { Category, Sample } from './category.js';
import type { NoiseManifest } from './manifest.js';

/** A training image: nominal, or an injected defective test image, perhaps changed. */
export interface TrainingImage extends Sample {
  noise: boolean;
  augmentation: Affine | null;
}

/** How noise is injected. */
export interface NoiseOptions {
  /** r: injected images relative to the nominal count N0: n = trunc(r·N0), so their share is n/(N0 + n). */
  noise: number;
  /** Whether injected images also stay in the test set. */
  overlap: boolean;
  augmentation?: NoiseAugmentation;
  /** SoftPatch+'s way beyond the number of anomalous images: draw again, copies rotated ±3° and shifted ±3 %. */
  repeat?: boolean;
  /** A draw made before; it replaces the drawing. */
  manifest?: NoiseManifest;
}

/** A contaminated category. */
export interface NoisyCategory {
  category: Category;
  /** Nominal images in order, then injected ones in drawn order. */
  train: TrainingImage[];
  test: Sample[];
  manifest: NoiseManifest;
}

/**
 * Injects defective test images into the training list (docs/methods.md 1.4). The draw is uniform without replacement over
 * all defect types jointly. Differs from the authors' code: there the draw is unseeded and kept only in a cache.
 * @throws InputError: more images than there are without `repeat`; nothing anomalous left to test; a manifest that does
 * not fit the category, ratio or test set.
 */
export function injectNoise(category: Category, options: NoiseOptions, random: Random): NoisyCategory {
  const { noise: r, overlap, manifest } = options;
  if (!(r >= 0 && Number.isFinite(r))) {
    throw new InputError(`a noise ratio of ${r} is impossible`, 'Give a number from 0, such as 0.1');
  }
  const anomalous = category.test.filter(({ label }) => label === 1);
  const count = Math.trunc(r * category.train.length);
  const noise = manifest
    ? fromManifest(category, anomalous, count, manifest)
    : draw(category, anomalous, count, options, random);
  const taken = new Set(noise.map(({ name }) => name));
  const test = overlap ? category.test : category.test.filter(({ name }) => !taken.has(name));
  if (!overlap && count > 0 && taken.size >= anomalous.length) {
    throw new InputError(
      `without overlap, ${count} noise images leave no anomalous image of ${category.name} to test`,
      `Lower the noise ratio below ${(anomalous.length / category.train.length).toFixed(3)} or test with overlap`,
    );
  }
  const nominal = category.train.map((sample) => ({ ...sample, noise: false, augmentation: null }));
  return { category, train: [...nominal, ...noise], test, manifest: record(category, options, noise, manifest) };
}

function draw(
  category: Category,
  anomalous: readonly Sample[],
  count: number,
  { augmentation = 'none', repeat = false, noise: r }: NoiseOptions,
  random: Random,
): TrainingImage[] {
  if (count > anomalous.length && !(repeat && anomalous.length > 0)) {
    const most = (anomalous.length / category.train.length).toFixed(3);
    throw new InputError(
      `a noise ratio of ${r} needs ${count} anomalous images, ${category.name} has ${anomalous.length}`,
      `Lower it to ${most} at most, or draw repeatedly (SoftPatch+)`,
    );
  }
  const noise: TrainingImage[] = [];
  while (noise.length < count) {
    const round = Math.min(anomalous.length, count - noise.length);
    const again = noise.length > 0;
    for (const index of random.distinct(anomalous.length, round)) {
      const kind = again && augmentation === 'none' ? 'slight' : augmentation;
      noise.push({ ...anomalous[index], noise: true, augmentation: drawAugmentation(random, kind) });
    }
  }
  return noise;
}

function fromManifest(
  category: Category,
  anomalous: readonly Sample[],
  count: number,
  { category: named, images, draws }: NoiseManifest,
): TrainingImage[] {
  if (named !== category.name) {
    throw new InputError(
      `the noise manifest is for ${named}, not ${category.name}`,
      'Give the manifest of this category',
    );
  }
  if (images.length !== count) {
    throw new InputError(
      `the noise manifest lists ${images.length} images, the noise ratio asks for ${count}`,
      'Give the noise ratio the manifest was drawn with',
    );
  }
  if (draws && draws.length !== images.length) {
    throw new InputError(`the noise manifest has ${draws.length} draws for ${images.length} images`, 'Draw it again');
  }
  const byName = new Map(anomalous.map((sample) => [sample.name, sample]));
  return images.map((name, i) => {
    const sample = byName.get(name);
    if (!sample) {
      throw new InputError(
        `the noise manifest lists ${name}, which is no anomalous test image`,
        'Give a manifest of this data set',
      );
    }
    return { ...sample, noise: true, augmentation: draws?.[i] ?? null };
  });
}

function record(
  category: Category,
  { noise: r, overlap, augmentation }: NoiseOptions,
  noise: readonly TrainingImage[],
  given?: NoiseManifest,
): NoiseManifest {
  const changed = noise.some((image) => image.augmentation);
  return {
    category: category.name,
    noise: r,
    images: noise.map(({ name }) => name),
    overlap,
    ...(given?.seed === undefined ? {} : { seed: given.seed }),
    ...(changed ? { augmentation: augmentation ?? 'none', draws: noise.map((image) => image.augmentation) } : {}),
  };
}
