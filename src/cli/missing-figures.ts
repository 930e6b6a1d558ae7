import type { Diagnostics } from '../experiment/diagnostics.js';
import type { ImageResult } from '../experiment/measure.js';

/** Why figures of images or pixels are missing on a test set, a sentence each; none where all are there. */
export function missingFigures(
  { image, pixel }: { image: { auroc: number | null }; pixel: { auroc: number | null } },
  images: readonly Pick<ImageResult, 'label'>[],
  { masked }: { masked: boolean },
): string[] {
  const has = (label: 0 | 1 | null): boolean => images.some((own) => own.label === label);
  const reasons: string[] = [];
  if (image.auroc === null) {
    const lacking = has(0) ? 'anomalous' : has(1) ? 'good' : 'labelled';
    const how = has(null) ? ' (sub-folders of --mixed give labels)' : '';
    reasons.push(`– of images: no test image is ${lacking}${how}`);
  }
  if (pixel.auroc === null) {
    reasons.push(
      `– of pixels: ${masked ? 'no mask marks a part, but not all, of what is seen' : 'there are no masks'}`,
    );
  }
  return reasons;
}

/** Why diagnostics of the coreset are missing. */
export function missingDiagnostics(
  { noiseImages, patchesRemoved }: Pick<Diagnostics, 'noiseImages' | 'patchesRemoved'>,
  { masked }: { masked: boolean },
): string {
  if (noiseImages === 0) return 'no image was injected';
  if (patchesRemoved === 0) return 'no patch was removed';
  return masked ? 'no injected image has a defect in sight' : 'there are no masks';
}
