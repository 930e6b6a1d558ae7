/**
 * Exact confidence interval of a probability after `hits` of `trials` (Clopper and Pearson, 1934): the values under which as few
 * or as many hits have a chance of at least (1 − confidence)/2 each.
 * @param hits whole, from 0 to `trials`. @returns [low, high] within 0…1; [0, 1] without trials. @throws RangeError.
 */
export function clopperPearson(hits: number, trials: number, confidence = 0.95): [number, number] {
  if (!Number.isInteger(hits) || !Number.isInteger(trials) || hits < 0 || hits > trials) {
    throw new RangeError(`${hits} of ${trials} is impossible`);
  }
  const tail = (1 - confidence) / 2;
  const low = hits === 0 ? 0 : bisect((p) => 1 - atMost(hits - 1, trials, p) - tail);
  const high = hits === trials ? 1 : bisect((p) => tail - atMost(hits, trials, p));
  return [low, high];
}

/** Where an increasing function of [0, 1] changes its sign. */
function bisect(increasing: (p: number) => number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (increasing(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(X ≤ hits) of a binomial X, summed term by term in logarithms. */
function atMost(hits: number, trials: number, p: number): number {
  if (p <= 0) return 1;
  if (p >= 1) return hits >= trials ? 1 : 0;
  const odds = Math.log(p) - Math.log1p(-p);
  let log = trials * Math.log1p(-p);
  let sum = Math.exp(log);
  for (let x = 1; x <= hits; x++) {
    log += Math.log(trials - x + 1) - Math.log(x) + odds;
    sum += Math.exp(log);
  }
  return Math.min(1, sum);
}
