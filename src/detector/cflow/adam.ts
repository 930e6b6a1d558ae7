/** Adam's usual constants. */
export const BETA1 = 0.9;
export const BETA2 = 0.999;
export const EPSILON = 1e-8;

const { fround, sqrt } = Math;

/**
 * One step of Adam (Kingma & Ba, algorithm 1) in place, in float32 step by step: first and second moments, then the parameters.
 * Its bias correction is computed from the step count, so that a state read back from a file goes on byte for byte.
 * @param steps the count with this step. All arrays have one length.
 */
export function adamStep(
  parameters: Float32Array,
  gradient: Float32Array,
  [first, second]: readonly [Float32Array, Float32Array],
  rate: number,
  steps: number,
): void {
  const [keep1, take1, keep2, take2] = [BETA1, 1 - BETA1, BETA2, 1 - BETA2].map(fround);
  const correction = fround(1 - BETA2 ** steps);
  const pace = fround(rate / (1 - BETA1 ** steps));
  const floor = fround(EPSILON);
  for (let i = 0; i < parameters.length; i++) {
    const g = gradient[i];
    const m = fround(fround(first[i] * keep1) + fround(g * take1));
    const v = fround(fround(second[i] * keep2) + fround(fround(g * g) * take2));
    first[i] = m;
    second[i] = v;
    const root = fround(fround(sqrt(fround(v / correction))) + floor);
    parameters[i] = fround(parameters[i] - fround(fround(m * pace) / root));
  }
}
