import { quantile as interpolated } from 'd3-array';

/**
 * The q-quantile of finite numbers, at rank (n − 1)·q of their order. Between two ranks: on the line between both (`linear`,
 * as torch.quantile and the usual median), or the `lower` (as torch.median) or `higher` of them.
 * @param q from 0 to 1. @throws RangeError for another q, or no values.
 */
export function quantile(
  values: ArrayLike<number> & Iterable<number>,
  q: number,
  between: 'linear' | 'lower' | 'higher' = 'linear',
): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`a quantile of ${q} does not exist`);
  if (values.length === 0) throw new RangeError('no values');
  if (between === 'linear') return interpolated(values, q)!;
  const rank = (values.length - 1) * q;
  return Float64Array.from(values).sort()[between === 'lower' ? Math.floor(rank) : Math.ceil(rank)];
}

/** The middle value, or the mean of the two middle ones. @throws RangeError for no values. */
export const median = (values: ArrayLike<number> & Iterable<number>): number => quantile(values, 0.5);
