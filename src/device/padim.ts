import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { COVARIANCE_REGULARISATION } from '../denoise/gaussian.js';
import { gatherPosition, triangle, vectorLength } from '../detector/padim-block.js';
import type { PadimJob } from '../detector/padim-task.js';
import { checkCancelled, InputError } from '../errors.js';
import type { Watch } from '../progress.js';
import { type Device, inBlocks } from './device.js';
import { centre, covariances, eliminate } from './eliminate.js';

/**
 * Fits or scores PaDiM's Gaussians on a device, positions in blocks, as {@link PadimJob} says; in float32, where threads use double
 * precision.
 * @throws InputError for a covariance that is not positive definite (NaN features); OutOfMemory; Cancelled.
 */
export async function deviceGaussians(device: Device, job: PadimJob, watch: Watch = {}): Promise<void> {
  const { images, layout } = job;
  const d = vectorLength(layout);
  const positions = layout.maps[0].side ** 2;
  const each = 4 * d * Math.max(d, images);
  await inBlocks(device, positions, device.budget / (2 * each), async (from, to) => {
    checkCancelled(watch.signal);
    if (job.kind === 'fit') await fit(device, job, d, from, to);
    else await score(device, job, d, from, to);
    watch.progress?.(to, positions);
  });
}

/** Vectors of positions [from, to): [p × d × images]. */
function vectorsAt({ values, images, layout }: PadimJob, d: number, from: number, to: number): Float32Array {
  const own = new Float64Array(d * images);
  const all = new Float32Array((to - from) * d * images);
  for (let p = from; p < to; p++) {
    gatherPosition(values, layout, p, [0, images], own);
    all.set(own, (p - from) * d * images);
  }
  return all;
}

async function fit(
  { tf }: Device,
  job: Extract<PadimJob, { kind: 'fit' }>,
  d: number,
  from: number,
  to: number,
): Promise<void> {
  const p = to - from;
  const { gaussians, images } = job;
  const [mean, lower] = tf.tidy(() => {
    const vectors = tf.tensor3d(vectorsAt(job, d, from, to), [p, d, images]);
    const { centred, mean } = centre(tf, tf.transpose(vectors, [0, 2, 1]) as Tensor3D);
    const columns: Tensor[] = [];
    eliminate(tf, covariances(tf, centred, COVARIANCE_REGULARISATION), (row, j) => {
      columns.push(tf.reshape(row, [p, d - j]));
    });
    return [mean, tf.concat(columns, 1)];
  });
  gaussians.mean.set((await mean.data()) as Float32Array, from * d);
  const packed = (await lower.data()) as Float32Array;
  if (Number.isNaN(packed.reduce((sum, value) => sum + value, 0))) {
    throw new InputError('a covariance is not positive definite', 'Check the weight file and the images');
  }
  const size = triangle(d);
  for (let q = 0; q < p; q++) {
    visitTriangle(d, (byRow, byColumn) => {
      gaussians.lower[(from + q) * size + byRow] = packed[q * size + byColumn];
    });
  }
}

/** Places of a lower triangle's entries packed row by row, and column by column. */
function visitTriangle(d: number, visit: (byRow: number, byColumn: number) => void): void {
  let at = 0;
  for (let b = 0; b < d; b++) for (let a = b; a < d; a++) visit(triangle(a) + b, at++);
}

async function score(
  { tf }: Device,
  job: Extract<PadimJob, { kind: 'score' }>,
  d: number,
  from: number,
  to: number,
): Promise<void> {
  const p = to - from;
  const { gaussians, images, scores, layout } = job;
  const size = triangle(d);
  const columns = new Float32Array(p * size);
  for (let q = 0; q < p; q++) {
    visitTriangle(d, (byRow, byColumn) => {
      columns[q * size + byColumn] = gaussians.lower[(from + q) * size + byRow];
    });
  }
  const squares = tf.tidy(() => {
    const lower = tf.tensor2d(columns, [p, size]);
    const mean = tf.tensor3d(gaussians.mean.slice(from * d, to * d), [p, d, 1]);
    let rest = tf.sub(tf.tensor3d(vectorsAt(job, d, from, to), [p, d, images]), mean) as Tensor3D;
    let sum: Tensor = tf.zeros([p, images]);
    // Column j of L at a time: y_j = δ_j/L_jj, then δ_a −= L_aj y_j below.
    for (let j = 0, at = 0; j < d; at += d - j, j++) {
      const [nextRest, nextSum] = tf.tidy((): [Tensor3D, Tensor] => {
        const pivot = tf.reshape(tf.slice(lower, [0, at], [p, 1]), [p, 1, 1]);
        const solved = tf.div(tf.slice(rest, [0, 0, 0], [p, 1, images]), pivot);
        const total = tf.add(sum, tf.reshape(tf.square(solved), [p, images]));
        if (j === d - 1) return [tf.clone(rest), total];
        const below = tf.reshape(tf.slice(lower, [0, at + 1], [p, d - j - 1]), [p, d - j - 1, 1]);
        const others = tf.slice(rest, [0, 1, 0], [p, d - j - 1, images]);
        return [tf.sub(others, tf.mul(below, solved)) as Tensor3D, total];
      });
      tf.dispose([rest, sum]);
      [rest, sum] = [nextRest, nextSum];
    }
    return sum;
  });
  const values = (await squares.data()) as Float32Array;
  const positions = layout.maps[0].side ** 2;
  for (let q = 0; q < p; q++) {
    for (let i = 0; i < images; i++) scores[i * positions + from + q] = Math.sqrt(values[q * images + i]);
  }
}
