import { MVTEC_COUNTS } from '../dataset/mvtec-counts.js';
import { head, line } from './markdown.js';

/** What `node scripts/rehearse.mjs` writes. */
export interface Rehearsal {
  machine: string;
  /** Load average of the last quarter of an hour: above the number of threads others were computing too. */
  load: number;
  /** Side of the drawn images in pixels. */
  size: number;
  categories: number;
  /** Cells of the run that went on, and those it found of the killed one; the last run found all. */
  computed: number;
  kept: number;
  found: number;
  steps: { command: string; seconds: number; peakBytes: number | null }[];
  /** Systems on one category with the official number of images at full size, the first one's features among its seconds. */
  full: FullRun | null;
}

export interface FullRun {
  category: string;
  train: number;
  good: number;
  anomalous: number;
  backbone: string;
  ratio: number;
  systems: { system: string; seconds: number; peakBytes: number | null }[];
}

const gigabytes = (bytes: number | null): string => (bytes === null ? '–' : `${(bytes / 1e9).toFixed(1)} GB`);

/**
 * Seconds of some systems on all fifteen categories, from one category's: in proportion to the images that are read, training and test. The
 * coreset grows faster than that with a category and slower with none, so it is an estimate.
 */
export function extrapolated({ train, good, anomalous, systems }: FullRun): number {
  const images = Object.values(MVTEC_COUNTS).map((counts) => counts.reduce((sum, n) => sum + n, 0));
  const all = images.reduce((sum, n) => sum + n, 0);
  const seconds = systems.reduce((sum, system) => sum + system.seconds, 0);
  return (seconds * all) / (train + good + anomalous);
}

/** The rehearsal as Markdown. */
export function rehearsalText({
  machine,
  load,
  size,
  categories,
  computed,
  kept,
  found,
  steps,
  full,
}: Rehearsal): string {
  const rows = steps.map(({ command, seconds, peakBytes }) =>
    line([`\`${command}\``, seconds.toFixed(0), gigabytes(peakBytes)]),
  );
  const parts = [
    `${machine}, at a load of ${load}; ${categories} categories, images of ${size} px. Killed with ${kept} cells done, ${computed} computed on going on, ${found} found by the last run.`,
    [...head(['step', 'seconds', 'peak memory']), ...rows].join('\n'),
  ];
  if (full) {
    const systems = full.systems.map(({ system, seconds, peakBytes }) =>
      line([system.replaceAll('*', '\\*'), seconds.toFixed(0), gigabytes(peakBytes)]),
    );
    const hours = extrapolated(full) / 3600;
    parts.push(
      `\`${full.category}\` at full size: ${full.train} training and ${full.good + full.anomalous} test images, ${full.backbone}, ρ = ${full.ratio}, one draw ` +
        'of Table 6 (the first system reads the features, the others find them):',
      [...head(['system', 'seconds', 'peak memory']), ...systems].join('\n'),
      `In proportion to the images, one draw of these ${full.systems.length} systems on all fifteen categories takes about ${hours.toFixed(1)} hours on this machine.`,
    );
  }
  return parts.join('\n\n');
}
