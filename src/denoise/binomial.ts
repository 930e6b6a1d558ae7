/** P(X ≥ k) for X binomial with n trials of chance p, summed exactly in logarithms. */
export function binomialTail(k: number, n: number, p: number): number {
  if (k <= 0 || p >= 1) return 1;
  if (k > n || p <= 0) return 0;
  const odds = Math.log(p) - Math.log1p(-p);
  // From P(X = 0) upwards, each term from the one before.
  let term = n * Math.log1p(-p);
  let below = 0;
  let above = 0;
  for (let x = 0; x <= n; x++) {
    if (x < k) below += Math.exp(term);
    else above += Math.exp(term);
    term += Math.log((n - x) / (x + 1)) + odds;
  }
  // The smaller part carries the smaller rounding error.
  return above < below ? above : 1 - below;
}

/** Clopper–Pearson lower bound of a share at level α: the p at which k or more of n have chance α. */
export function binomialLower(k: number, n: number, alpha: number): number {
  return k <= 0 ? 0 : bisect((p) => binomialTail(k, n, p) < alpha);
}

/** Clopper–Pearson upper bound of a share at level α: the p at which k or fewer of n have chance α. */
export function binomialUpper(k: number, n: number, alpha: number): number {
  return k >= n ? 1 : bisect((p) => binomialTail(k + 1, n, p) < 1 - alpha);
}

/** The largest p in [0, 1] for which a condition that holds from 0 on still holds. */
function bisect(holds: (p: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const half = (low + high) / 2;
    if (holds(half)) low = half;
    else high = half;
  }
  return low;
}
