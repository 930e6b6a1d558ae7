import type { JudgeName } from './stop.js';

/** The method behind each judge. */
export const JUDGE_METHODS: Readonly<Record<JudgeName, string>> = {
  lof: 'softpatch-lof',
  nearest: 'softpatch-nearest',
  gaussian: 'softpatch-gaussian',
  witness: 'witness',
};

/** The judge of a method; undefined for methods without a cut to move. */
export function judgeOf(method: string): JudgeName | undefined {
  return (Object.keys(JUDGE_METHODS) as JudgeName[]).find((judge) => JUDGE_METHODS[judge] === method);
}
