import type { TrainingImage } from '../dataset/noise.js';
import type { Calibration } from '../detector/calibration.js';
import type { Fitted } from '../detector/system.js';
import { InputError } from '../errors.js';
import type { ImageRequest } from '../features/spec.js';
import { createRandom } from '../random.js';
import type { EvaluateConfig } from './config.js';
import { fitSystem } from './fit-system.js';
import type { Lab } from './lab.js';
import { spread } from './spread.js';

/** How training images are scored as if they were new. */
export interface CalibrationChoice {
  /** Default: leave one out where the method can, else refit. `none`: as they are, too low. */
  how?: 'leave-one-out' | 'refit' | 'none';
  /** Parts that are left out in turn when refitting. Default: 5. */
  folds?: number;
  /** Chosen false-alarm rate. Default: 0.01; where defects are given, what they suggest. */
  falseAlarms?: number;
  /** Share of the training images assumed to be defective: so many of the highest scores are left out. Default: what the method found, or 0. */
  assumeDefective?: number;
  /** Paths of a few labelled defects, none of the test set. */
  defects?: readonly string[];
}

/** Most training images that are left out one by one: 0.25 % false alarms can be told from. */
export const MOST = 400;

/**
 * Scores of training images as if they were new.
 * @param fitted on all of them. @throws InputError for a way the method has not, or impossible folds; Cancelled.
 */
export async function calibrationScores(
  lab: Lab,
  fitted: Fitted,
  train: readonly TrainingImage[],
  config: Pick<EvaluateConfig, 'method' | 'features' | 'settings' | 'seed'>,
  { how = fitted.leaveOut ? 'leave-one-out' : 'refit', folds = 5 }: CalibrationChoice,
): Promise<Pick<Calibration, 'how' | 'scores'>> {
  if (how === 'leave-one-out' && !fitted.leaveOut) {
    throw new InputError(`${config.method} cannot leave one image out`, 'Choose refit');
  }
  if (!Number.isInteger(folds) || folds < 2) throw new InputError(`${folds} folds are impossible`, 'Give 2 or more');
  if (how === 'none' || train.length < 2) {
    return { how: 'in-sample', scores: ascending(await scoresOf(lab, fitted, spread(train, MOST))) };
  }
  if (how === 'leave-one-out') {
    const scores = ascending(await fitted.leaveOut!(spread([...train.keys()], MOST)));
    if (scores.length > 0) return { how, scores };
  }
  return { how: 'refit', scores: ascending(await refitScores(lab, train, config, Math.min(folds, train.length))) };
}

/** Scores of images by themselves. */
export async function scoresOf(lab: Lab, fitted: Fitted, images: readonly ImageRequest[]): Promise<number[]> {
  const progress = lab.reporter.stage('calibrate');
  const scores: number[] = [];
  for await (const { score } of fitted.score(images, { alone: true })) progress(scores.push(score), images.length);
  return scores;
}

/** Every image scored by a detector fitted on the other folds, which are drawn by the seed. */
async function refitScores(
  lab: Lab,
  train: readonly TrainingImage[],
  config: Pick<EvaluateConfig, 'method' | 'features' | 'settings' | 'seed'>,
  folds: number,
): Promise<number[]> {
  const order = [...createRandom(config.seed).fork('folds').distinct(train.length, train.length)];
  const scores: number[] = [];
  for (let fold = 0; fold < folds; fold++) {
    lab.reporter.note(`calibration: fold ${fold + 1} of ${folds}`);
    const out = new Set(order.filter((_, at) => at % folds === fold));
    const rest = train.filter((_, i) => !out.has(i));
    const { fitted } = await fitSystem(lab, rest, config);
    const held = train.filter((_, i) => out.has(i));
    scores.push(...(await scoresOf(lab, fitted, held)));
    lab.threads.release();
  }
  return scores;
}

/** The finite scores in order. */
export function ascending(scores: Iterable<number>): number[] {
  return [...scores].filter(Number.isFinite).sort((a, b) => a - b);
}

/**
 * Scores without the highest, of images that are assumed to be defective. @param scores ascending. @param share of them, 0 by default.
 * @throws InputError for an impossible share.
 */
export function withoutAssumed(scores: readonly number[], share = 0): Pick<Calibration, 'scores' | 'assumedDefective'> {
  if (!(share >= 0 && share < 1)) {
    throw new InputError(`${share} of the images cannot be defective`, 'Give a share from 0 to below 1');
  }
  const assumedDefective = Math.max(0, Math.min(scores.length - 1, Math.trunc(share * scores.length)));
  return { scores: scores.slice(0, scores.length - assumedDefective), assumedDefective };
}
