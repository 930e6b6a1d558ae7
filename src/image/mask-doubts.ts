import type { MaskDoubt } from './mask-levels.js';
import { startTally, type Tally } from './tally.js';

const SENTENCES: Record<MaskDoubt, [one: string, many: string]> = {
  inverted: [
    'covers more than half of its picture: is it inverted?',
    'cover more than half of their pictures: are they inverted?',
  ],
  empty: ['marks nothing', 'mark nothing'],
  levels: [
    'holds more than two levels; its edges are read as soft',
    'hold more than two levels; their edges are read as soft',
  ],
  labels: [
    'holds several labels; every value but 0 counts as defect',
    'hold several labels; every value but 0 counts as defect',
  ],
  lossy: ['is lossy; it is cut at half of its largest value', 'are lossy; they are cut at half of their largest value'],
  'palette order': [
    'has a palette whose index 0 is not its darkest colour; index 0 counts as good',
    'have palettes whose index 0 is not the darkest colour; index 0 counts as good',
  ],
};

/** Gathers what is doubtful about masks, so that a run says it once a kind, with a file's name. */
export type MaskDoubts = Tally<MaskDoubt>;

export function gatherMaskDoubts(): MaskDoubts {
  return startTally(['mask', 'masks'], SENTENCES);
}
