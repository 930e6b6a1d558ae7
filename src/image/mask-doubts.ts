import type { MaskDoubt } from './mask-levels.js';

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
export interface MaskDoubts {
  add(path: string, doubts: readonly MaskDoubt[]): void;
  /** Files with a doubt, in the order they came. */
  files(doubt: MaskDoubt): readonly string[];
  /** One sentence a kind of doubt. */
  sentences(): string[];
}

export function gatherMaskDoubts(): MaskDoubts {
  const found = new Map<MaskDoubt, Set<string>>();
  return {
    add(path, doubts) {
      for (const doubt of doubts) {
        if (!found.has(doubt)) found.set(doubt, new Set());
        found.get(doubt)!.add(path);
      }
    },
    files: (doubt) => [...(found.get(doubt) ?? [])],
    sentences: () =>
      [...found].map(([doubt, paths]) => {
        const [first] = paths;
        const [one, many] = SENTENCES[doubt];
        return paths.size === 1 ? `mask ${first} ${one}` : `${paths.size} masks ${many}, the first is ${first}`;
      }),
  };
}
