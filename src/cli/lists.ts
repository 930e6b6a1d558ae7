import { InvalidArgumentError } from 'commander';

/** Most values that a range may stand for: a slip in the step, not a wish. */
const MOST = 10_000;

/** Parses `a,b,c`. @throws InvalidArgumentError for an empty item. */
export function list(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.includes('')) throw new InvalidArgumentError('An item of the list is empty.');
  return parts;
}

/** Parses `0,0.1,0.2` or `0:0.4:0.02` (from, to, step; both ends included). @throws InvalidArgumentError for anything else. */
export function numbers(text: string): number[] {
  const parts = text.split(text.includes(':') ? ':' : ',').map((part) => part.trim());
  if (parts.includes('')) throw new InvalidArgumentError('An item of the list is empty.');
  const values = parts.map(Number);
  if (!values.every(Number.isFinite)) throw new InvalidArgumentError('Give 0,0.1,0.2 or 0:0.4:0.02.');
  if (!text.includes(':')) return values;
  const [from, to, step] = values;
  if (values.length !== 3) throw new InvalidArgumentError('A range is from:to:step, such as 0:0.4:0.02.');
  if (step <= 0 || to < from) throw new InvalidArgumentError('A range rises: from at most to, and a step above 0.');
  const steps = Math.round((to - from) / step);
  if (steps >= MOST) throw new InvalidArgumentError(`It stands for ${steps + 1} values; ${MOST} are the most.`);
  return Array.from({ length: steps + 1 }, (_, i) => Number((from + i * step).toFixed(10)));
}
