import type { Base } from './base.js';

/** Scores of patches as steps of the cut, being gathered. */
export interface Steps {
  counts: Uint8Array;
  from: Float32Array;
  score: Float32Array;
}

/** One step: from this cut on the patch has this score. */
export interface Step {
  from: number;
  score: number;
}

/**
 * Steps of many patches as flat arrays. What cannot be reached by any cut from `lowest` on is left out; the last step of a patch
 * holds for everything below. @param stepsOf steps of a patch, `from` falling.
 */
export function gatherSteps(patches: number, lowest: number, stepsOf: (patch: number) => Iterable<Step>): Steps {
  const counts = new Uint8Array(patches);
  const from: number[] = [];
  const score: number[] = [];
  for (let patch = 0; patch < patches; patch++) {
    const begin = from.length;
    for (const step of stepsOf(patch)) {
      from.push(step.from);
      score.push(step.score);
      if (step.from <= lowest) break;
    }
    counts[patch] = from.length - begin;
    from[from.length - 1] = Number.NEGATIVE_INFINITY;
  }
  return { counts, from: Float32Array.from(from), score: Float32Array.from(score) };
}

/** Patch scores [test·positions] at a cut. */
export function scoresAt({ counts, from, score }: Pick<Base, keyof Steps>, cut: number): Float32Array {
  const out = new Float32Array(counts.length);
  let at = 0;
  for (let patch = 0; patch < counts.length; patch++) {
    const end = at + counts[patch];
    let step = at;
    while (from[step] > cut) step++;
    out[patch] = score[step];
    at = end;
  }
  return out;
}
