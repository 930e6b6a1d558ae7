import type { Category } from '../dataset/category.js';
import { injectNoise, type NoisyCategory } from '../dataset/noise.js';
import { createRandom } from '../random.js';
import type { EvaluateConfig } from './config.js';

/** The category with the noise a configuration states, drawn by its seed. @throws InputError as {@link injectNoise}. */
export function contaminate(
  category: Category,
  { contamination, seed }: Pick<EvaluateConfig, 'contamination' | 'seed'>,
): NoisyCategory {
  return injectNoise(category, contamination, createRandom(seed).fork('noise'));
}
