import { InputError } from '../../errors.js';
import type { EvaluateConfig } from '../../experiment/config.js';
import { type Subject, stopConfig } from '../base/subject.js';
import type { Base } from '../view/base.js';
import type { SavedResult } from './results.js';

/** What a page moves itself. */
const MOVED = ['tau', 'level', 'k', 'ratio'];

/** @throws InputError unless the results are of the category, and of one network, seed and kind of noise. */
export function mustBelongTogether(results: readonly SavedResult[], category: string): void {
  const shared = ({ category: own, config: { features, contamination, seed, maskMode } }: SavedResult): string =>
    JSON.stringify([own, features, contamination.overlap, seed, maskMode]);
  const other = results.find((result) => shared(result) !== shared(results[0]));
  if (other) {
    throw new InputError(
      `${other.from} is of another category, network, seed or kind of noise than ${results[0].from}`,
      'Make a report of each',
    );
  }
  const { category: own, from } = results[0];
  if (own !== category) {
    throw new InputError(`${from} is of ${own}, not ${category}`, 'Give --data with the category it was computed on');
  }
}

/** @throws InputError for a result with settings that the page would not follow: it would show another method's curves beside it. */
export function mustBeShown({ config, stop, chosen, from }: SavedResult, subject: Subject): void {
  const own = stopConfig(subject, stop, chosen);
  const differing = differences(config.settings, own.settings).filter((name) => !MOVED.includes(name));
  const noise = differences(config.contamination, own.contamination).map((name) => `contamination.${name}`);
  const all = [...differing, ...noise, ...(config.filter ? ['filter'] : [])];
  if (all.length === 0) return;
  throw new InputError(
    `${from} sets ${all.join(', ')}, which a page does not follow`,
    'Give results that change the method, τ or level, k, ρ, noise and overlap alone, in one profile',
  );
}

/** @throws InputError where a result's images are not those that lie in the folder now. */
export function mustBeTheSameImages({ images, from }: SavedResult, { test }: Pick<Base, 'test'>): void {
  if (images.length === 0) return;
  if (images.length === test.length && images.every(({ name }, i) => name === test[i].name)) return;
  throw new InputError(
    `${from} is of ${images.length} test images, the folder has ${test.length}, or others`,
    'Give --data with the images it was computed on',
  );
}

/** Names of entries that are not equal. */
function differences(
  a: EvaluateConfig['settings'] | EvaluateConfig['contamination'],
  b: EvaluateConfig['settings'] | EvaluateConfig['contamination'],
): string[] {
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  const same = (name: string): boolean => JSON.stringify(left.get(name)) === JSON.stringify(right.get(name));
  return [...new Set([...left.keys(), ...right.keys()])].filter((name) => !same(name));
}
