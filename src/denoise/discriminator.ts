/** How a patch's noisiness is judged among the patches at its grid position. `lof-tensor` is the authors' GPU form. */
export type Discriminator = 'nearest' | 'gaussian' | 'lof' | 'lof-tensor';

export const DISCRIMINATORS: readonly Discriminator[] = ['lof', 'lof-tensor', 'nearest', 'gaussian'];

/** How patches are judged; `k` neighbours of LOF are clipped to images − 1. */
export interface WeightOptions {
  discriminator: Discriminator;
  k: number;
}
