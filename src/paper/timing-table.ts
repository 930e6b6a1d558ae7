import type { Figure, FigureTable } from '../figures/table.js';
import { settingText } from './captions.js';
import type { CellResult } from './cell-file.js';
import { PUBLISHED_SECONDS } from './published.js';
import { paperSystem } from './systems.js';
import { timedCells } from './timing.js';

/** Stages of the two phases, as columns. */
const STAGES = {
  train: ['filter', 'features', 'denoise', 'coreset', 'fit'],
  infer: ['features', 'search', 'map'],
} as const;

/** Table 8 in seconds: training and inference of the timed systems beside the paper's totals, their stages after them. */
export function timingTable(results: readonly CellResult[]): FigureTable {
  const timed = timedCells(results);
  const total = (stages: Record<string, number>): number =>
    Object.values(stages).reduce((sum, value) => sum + value, 0);
  const seconds = (value: number, paper?: number): Figure => ({ mean: value, deviation: null, paper });
  const machines = [...new Set(timed.map(({ timing }) => timing!.machine))].join('; ');
  return {
    title: 'Table 8: seconds a category, training and inference',
    caption:
      `Median of ${timed[0]?.timing?.repeats ?? 0} runs after a warm-up, decoding included; ${settingText(timed)}, ` +
      `${machines}. The paper's: RTX TITAN, wide_resnet50_2, ρ = 0.1, mean over 15 categories.`,
    columns: [
      'train',
      'infer',
      ...STAGES.train.map((stage) => `train: ${stage}`),
      ...STAGES.infer.map((stage) => `infer: ${stage}`),
    ],
    digits: 1,
    absent: 'the system has no such stage',
    rows: timed.map(({ cell, timing }) => {
      const published = PUBLISHED_SECONDS.find(({ system }) => system === cell.system);
      const { train, infer } = timing!;
      const stages = [
        ...STAGES.train.map((stage) => train[stage] ?? 0),
        ...STAGES.infer.map((stage) => infer[stage] ?? 0),
      ];
      return {
        label: `${paperSystem(cell.system).label}, ${cell.category}`,
        figures: [
          seconds(total(train), published?.train),
          seconds(total(infer), published?.infer),
          ...stages.map((value) => (value > 0 ? seconds(value) : null)),
        ],
      };
    }),
  };
}
