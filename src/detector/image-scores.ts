import { countRows } from '../arguments.js';
import { InputError } from '../errors.js';

/** An image's score: the largest of its patch scores [images·positions] → [images]. */
export function imageScores(patches: Float32Array, positions: number): Float32Array {
  const scores = new Float32Array(countRows('patches', patches, positions));
  if (patches.some(Number.isNaN)) throw new InputError('patches holds NaN', 'Check where these values come from');
  for (let i = 0; i < scores.length; i++) {
    let most = Number.NEGATIVE_INFINITY;
    for (let p = i * positions; p < (i + 1) * positions; p++) if (patches[p] > most) most = patches[p];
    scores[i] = most;
  }
  return scores;
}
