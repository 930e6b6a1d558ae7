import { dirname, join } from 'node:path';
import type { WeightSource } from '../features/spec.js';
import { weightsIn } from '../features/weight-files.js';
import type { CellResult } from '../paper/cell-file.js';
import { cellName, type Experiment, experimentCells, gridOf } from '../paper/grid.js';
import { createPlanner, type PaperSetting } from '../paper/plan.js';
import { type CellFailure, finishedCells, runCells } from '../paper/run.js';
import type { Lesson } from './lesson.js';

/** What makes the paper's grid small enough for a lesson; real data ignores it. */
export interface QuickLook {
  /** Side of the images in pixels. */
  size?: number;
  /** ρ of greedy coresets. */
  ratio?: number;
}

/** Results of experiments on a lesson's category. */
export interface PaperRun {
  cells: number;
  failures: CellFailure[];
  /** Finished cells of one of the experiments. */
  of(experiment: Experiment): CellResult[];
}

/** A training of CFLOW that takes seconds: the point is to see the machinery, not to reach the paper's figures. */
const SHORT_CFLOW = { blocks: 1, epochs: 1, fibre: 64 };

/** The paper's setting on real data, a quick one on the drawn set. */
export function paperSetting({ data, drawn, features }: Lesson, { size = 64, ratio = 0.05 }: QuickLook): PaperSetting {
  const { backbone = 'resnet18', weights, preprocessing } = features;
  const shared = { data, backbone, weights, starWeights: starWeights(backbone, weights), cflow: 'small' };
  if (drawn) {
    return { ...shared, ratio, preprocessing: { resize: size, crop: size }, switches: { cflow: SHORT_CFLOW } };
  }
  const { resize = 256, crop } = preprocessing ?? {};
  return { ...shared, ratio: 0.1, ...(crop === undefined ? {} : { preprocessing: { resize, crop } }) };
}

/** PaDiM* is ResNet18 whatever the others are: its weights lie beside theirs, else they are random. */
function starWeights(backbone: string, weights: WeightSource): WeightSource {
  if (backbone === 'resnet18' || weights.kind === 'random') return weights;
  return weightsIn(dirname(weights.path), 'resnet18');
}

/**
 * Computes what is missing of some experiments on the lesson's category, as `softpatch run` does; finished cells are files in the
 * lesson's folder and are never computed again.
 * @param systems only these; empty: all. @throws Cancelled.
 */
export async function runPaper(
  lesson: Lesson,
  quick: QuickLook,
  experiments: readonly Experiment[],
  draws: number,
  systems: readonly string[] = [],
): Promise<PaperRun> {
  const { category } = lesson;
  const plan = createPlanner(paperSetting(lesson, quick));
  const folder = join(lesson.folder, 'results');
  const cells = gridOf(experiments, [category.name], draws, systems);
  const { failures } = await runCells(lesson, folder, cells, plan);
  const { results } = await finishedCells(folder, cells, plan);
  return {
    cells: cells.length,
    failures,
    of(experiment) {
      const own = new Set(experimentCells(experiment, [category.name], draws, systems).map(cellName));
      return results.filter(({ cell }) => own.has(cellName(cell)));
    },
  };
}
