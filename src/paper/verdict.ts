import type { ContrastEvidence } from './contrast.js';
import type { Interval } from './statistics.js';

/** What a piece of evidence says of a claim. */
export type Verdict = 'for' | 'against' | 'open';

/**
 * What the intervals say: above 0 is for a claim, below 0 against; for a claim that nothing moves within ± the margin is for, wholly
 * outside against. Every interval there is must agree, and without any nothing is decided.
 */
export function verdictOf({ overDraws, overImages }: ContrastEvidence, level?: number): Verdict {
  const intervals = [overDraws, overImages].filter((interval) => interval !== null);
  if (intervals.length === 0) return 'open';
  const every = (test: (interval: Interval) => boolean): boolean => intervals.every(test);
  if (level === undefined) {
    if (every(({ low }) => low > 0)) return 'for';
    return every(({ high }) => high < 0) ? 'against' : 'open';
  }
  if (every(({ low, high }) => low > -level && high < level)) return 'for';
  return every(({ low, high }) => low > level || high < -level) ? 'against' : 'open';
}

/** A piece of evidence: the category, ρ where it matters, and what it says. */
export interface Evidence {
  where: string;
  verdict: Verdict;
}

/** One line over all evidence: `Holds.`, `Does not hold.`, `Not decided …`, or place by place how much holds. */
export function overall(evidence: readonly Evidence[]): string {
  const is = (verdict: Verdict) => (e: Evidence) => e.verdict === verdict;
  if (evidence.length === 0) return 'Not measured.';
  if (evidence.every(is('for'))) return 'Holds.';
  if (evidence.every(is('against'))) return 'Does not hold.';
  if (evidence.every(is('open'))) return 'Not decided: every interval holds both answers.';
  const places = [...new Set(evidence.map(({ where }) => where))].map((where) => {
    const own = evidence.filter((e) => e.where === where);
    const count = (verdict: Verdict): number => own.filter(is(verdict)).length;
    const others = [
      count('against') > 0 ? `${count('against')} not` : '',
      count('open') > 0 ? `${count('open')} open` : '',
    ].filter(Boolean);
    return `${where}: ${count('for')} of ${own.length} hold${others.length > 0 ? ` (${others.join(', ')})` : ''}`;
  });
  return `Only in part. ${places.join('; ')}.`;
}
