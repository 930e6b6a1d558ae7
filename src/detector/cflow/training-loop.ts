import type { Resources } from '../../engine/resources.js';
import type { FeatureReader } from '../../features/reader.js';
import type { ImageRequest } from '../../features/spec.js';
import type { FitGiven, Fitted } from '../system.js';
import { trainEpoch } from './train.js';
import type { Training } from './training.js';

/**
 * Trains to the end, or until the test set says so where the profile lets it.
 * @param half the detector as it stands, for the judge where there is one. @param save keeps a checkpoint after every epoch.
 * @throws Cancelled; whole epochs are kept.
 */
export async function trainAll(
  lab: Resources,
  reader: FeatureReader,
  { random, judge }: FitGiven,
  training: Training,
  train: readonly ImageRequest[],
  half: () => Fitted,
  save: () => Promise<void>,
): Promise<void> {
  const { reporter, signal } = lab;
  const { settings } = training.flows;
  const values =
    settings.augmentation === 'none'
      ? await reader.read(train, { progress: reporter.stage('train features'), signal })
      : null;
  const begin = performance.now();
  const before = training.epochs;
  while (training.epochs < settings.epochs && !stopsEarly(training, judge !== undefined)) {
    await trainEpoch(lab, reader, random, training, train, values);
    if (judge) {
      const { image, pixel } = await judge.measure(half());
      training.judged.push({ image: image ?? Number.NaN, pixel: pixel ?? Number.NaN });
    }
    await save();
    const seconds = (performance.now() - begin) / 1000;
    const left = (seconds / (training.epochs - before)) * (settings.epochs - training.epochs);
    reporter.note(
      `epoch ${training.epochs} of ${settings.epochs}: loss ${training.losses.at(-1)!.toFixed(4)}, ` +
        `${seconds.toFixed(0)} s, about ${left.toFixed(0)} s left${judgedText(training)}`,
    );
  }
}

/** What the test set said after the last epoch, where a rule looked. */
function judgedText({ judged }: Training): string {
  const last = judged.at(-1);
  return last ? `; test set: image AUROC ${last.image.toFixed(4)}, pixel ${last.pixel.toFixed(4)}` : '';
}

/** anomalib 2022: no better pixel AUROC on the test set for `patience` epochs. */
function stopsEarly({ judged, flows }: Training, looks: boolean): boolean {
  const { patience } = flows.settings;
  if (!looks || patience === null || judged.length <= patience) return false;
  const pixels = judged.map(({ pixel }) => pixel);
  return Math.max(...pixels.slice(-patience)) <= Math.max(...pixels.slice(0, -patience));
}

/** What to say beside the figures: epochs, losses, and every look at the test set. */
export function notesOf(training: Training, looks: boolean): string[] {
  const { epochs, losses, judged, flows } = training;
  const { settings } = flows;
  const notes = [`${epochs} epochs, loss ${losses.map((loss) => loss.toFixed(4)).join(' → ')}`];
  if (looks && epochs < settings.epochs) {
    notes.push(`stopped early: pixel AUROC on the test set did not rise for ${settings.patience} epochs`);
  }
  if (looks && settings.oracle) {
    const best = (name: 'image' | 'pixel'): string => {
      const values = judged.map((each) => each[name]);
      const most = Math.max(...values);
      return `${name} AUROC ${most.toFixed(4)} after epoch ${values.indexOf(most) + 1}`;
    };
    notes.push(`oracle, chosen on the test set and not comparable: ${best('image')}, ${best('pixel')}`);
  }
  return notes;
}
