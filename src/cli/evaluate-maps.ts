import { basename, join } from 'node:path';
import type { Category, Sample } from '../dataset/category.js';
import type { EvaluateConfig } from '../experiment/config.js';
import type { EvaluateObserver } from '../experiment/evaluate.js';
import { maskOf } from '../experiment/measure.js';
import { contrastAbout, explainedPicture } from '../figures/explained.js';
import { networkView } from '../figures/pictures.js';
import { rankLabelled } from '../metrics/ranking.js';
import { writeAtomically } from '../storage/atomic.js';

/** Keeps what an evaluation says of its test images, to draw it when all scores are known. */
export interface MapsKeeper extends EvaluateObserver {
  /** Writes a picture a test image into the folders it came from; returns the threshold that they are drawn with, or null. */
  write(): Promise<number | null>;
}

/**
 * Pictures of a test set under one contrast: outlines and verdicts by the threshold of the largest F1, which looked at the labels and
 * belongs to these images alone; without labels there is none.
 */
export function keepMaps(folder: string, { root }: Category, config: EvaluateConfig): MapsKeeper {
  const kept: { sample: Sample; score: number; map: Float32Array }[] = [];
  return {
    onImage: (sample, score, map) => void kept.push({ sample, score, map }),
    async write() {
      const scores = kept.map(({ score }) => score);
      const { f1Threshold } = rankLabelled(
        scores,
        kept.map(({ sample }) => sample.label),
      );
      // The smallest score that counts as anomalous: pictures call anomalous what lies above.
      const below = f1Threshold === null ? [] : scores.filter((score) => Math.fround(score) < f1Threshold);
      const decisionThreshold = f1Threshold === null ? null : below.length > 0 ? Math.max(...below) : f1Threshold - 1;
      const contrast = contrastAbout(f1Threshold ?? Math.max(...scores));
      for (const { sample, score, map } of kept) {
        const image = await networkView(sample.path, config.features.preprocessing);
        const mask = await maskOf(sample, config);
        const shown = { image, map, score, decisionThreshold, mask, contrast };
        const picture = await explainedPicture({
          ...shown,
          title: `${basename(root)}: ${sample.name}`,
          detail: sample.type,
        });
        await writeAtomically(join(folder, sample.name.replace(/\.[^./]+$/, '.png')), picture);
      }
      return decisionThreshold;
    },
  };
}
