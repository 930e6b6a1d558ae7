import type { EvaluateConfig } from './config.js';
import type { Measurement } from './measure.js';

/** What the crop cuts of the masks, in a line, where it is worth one. */
export function outsideNotes(
  outside: Measurement['outside'],
  { features: { preprocessing } }: Pick<EvaluateConfig, 'features'>,
): string[] {
  const worst = [...outside].sort((a, b) => b.share - a.share)[0];
  if (!worst || worst.share < 0.01) return [];
  const whole = outside.filter(({ share }) => share === 1).length;
  const percent = (100 * worst.share).toFixed(0);
  return [
    `the crop of ${preprocessing.crop} px cuts the masks of ${outside.length} test images (${whole} wholly; ${worst.name} by ${percent} %); ` +
      '--frame squeeze or pad sees whole pictures',
  ];
}
