import { tsne } from '../analysis/tsne.js';
import type { PatchOrigin } from '../analysis/weight-histogram.js';
import { principalCoordinates } from '../coreset/principal-coordinates.js';
import type { FittedBank } from '../detector/bank-system.js';
import type { PlanePoint } from '../figures/live/linked-plane.js';
import type { Lesson } from './lesson.js';

/** Principal axes that t-SNE sees, as in Figure 5. */
const AXES = 50;

/**
 * The rows of a bank in the plane, by t-SNE on their principal axes, each with its patch's weight and where it comes from.
 * @param weights of all training patches, e.g. the trace of a SoftPatch fit. @param defects from the lesson. Both [images·positions].
 */
export async function bankPlane(
  { threads, noisy: { train } }: Pick<Lesson, 'threads' | 'noisy'>,
  { bank }: Pick<FittedBank, 'bank'>,
  weights: Float32Array,
  defects: Uint8Array,
): Promise<PlanePoint[]> {
  const { rows, picks } = await bank.load();
  const positions = weights.length / train.length;
  const axes = Math.min(AXES, picks.length - 1);
  const plane = tsne(await principalCoordinates(threads, rows, rows.length / picks.length, axes), axes);
  return Array.from(picks, (patch, row) => {
    const image = train[Math.floor(patch / positions)];
    const from: PatchOrigin = defects[patch] ? 'defect patch' : image.noise ? 'noise image' : 'nominal image';
    return { x: plane[2 * row], y: plane[2 * row + 1], weight: weights[patch], from, image: image.name };
  });
}
