/** What judges training patches: a discriminator of SoftPatch, or the cleaning method. */
export type JudgeName = 'lof' | 'nearest' | 'gaussian' | 'witness';

export const JUDGES: readonly JudgeName[] = ['lof', 'nearest', 'gaussian', 'witness'];

/** How people call the judges. */
export const JUDGE_NAMES: Readonly<Record<JudgeName, string>> = {
  lof: 'LOF',
  nearest: 'nearest',
  gaussian: 'Gaussian',
  witness: 'witness',
};

/** A setting that the server prepares once; every cut within it is answered in the browser. */
export interface Stop {
  judge: JudgeName;
  /** Neighbours of LOF; 0 for other judges. */
  k: number;
  /** ρ: share of all patches in the memory bank. */
  ratio: number;
  /** r: injected images relative to the nominal ones. */
  noise: number;
}

/** The stops a page offers; each list ascending. */
export interface Stops {
  judges: JudgeName[];
  ks: number[];
  ratios: number[];
  noises: number[];
}

/** A stop as text, equal for equal stops. */
export function stopKey({ judge, k, ratio, noise }: Stop): string {
  return `${judge} ${judge === 'lof' ? k : 0} ${ratio} ${noise}`;
}

/** The stop of a key. */
function stopOfKey(key: string): Stop {
  const [judge, ...values] = key.split(' ');
  const [k, ratio, noise] = values.map(Number);
  return { judge: judge as JudgeName, k, ratio, noise };
}

/**
 * Where a page goes that has only some stops: to the one at hand that has the `fixed` value and differs least otherwise; to `wanted`
 * itself where no stop has that value.
 */
export function nearestStop(keys: Iterable<string>, wanted: Stop, fixed: keyof Stop): Stop {
  const alike = (stop: Stop): number =>
    (['judge', 'noise', 'ratio', 'k'] as const).filter((name) => stop[name] === wanted[name]).length;
  const fitting = [...keys].map(stopOfKey).filter((stop) => stop[fixed] === wanted[fixed]);
  return fitting.reduce((best, stop) => (alike(stop) > alike(best) ? stop : best), fitting[0] ?? wanted);
}

/** What the cut is chosen by: the share of patches removed (τ), or the cleaning method's level. */
export type CutName = 'tau' | 'level';

/** What a judge's cut is chosen by. */
export function cutName(judge: JudgeName): CutName {
  return judge === 'witness' ? 'level' : 'tau';
}

/** The range in which a page moves each, and its step. */
export const CUT_RANGES: Readonly<Record<CutName, { low: number; high: number; step: number }>> = {
  tau: { low: 0, high: 0.5, step: 0.005 },
  level: { low: -1, high: 5, step: 0.05 },
};
