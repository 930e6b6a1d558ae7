import type { Engine } from '../engine/names.js';
import { weightsIdentity } from '../features/weights-identity.js';
import type { Experiment } from '../paper/grid.js';
import type { Grid, GridOptions } from './run-grid.js';
import { recordRun } from './run-record.js';

/** Leaves what was computed with which settings beside the tables. */
export async function recordGrid(
  options: GridOptions & { record: boolean; out: string },
  experiments: readonly Experiment[],
  { categories, setting }: Grid,
  { engine, failures, cells }: { engine: Engine | null; failures: string[]; cells: object },
): Promise<void> {
  const { draws, systems = [], shard = null } = options;
  const { backbone, weights, starWeights } = setting;
  await recordRun(options, {
    configuration: { experiments, categories, draws, systems, shard, ...setting, cells },
    engine,
    weights: await Promise.all([
      weightsIdentity({ backbone, weights }),
      weightsIdentity({ backbone: 'resnet18', weights: starWeights }),
    ]),
    folders: [options.out],
    failures,
  });
}
