import { tsne } from '../analysis/tsne.js';
import { tsneJs } from '../analysis/tsne-js.js';
import { principalCoordinates } from '../coreset/principal-coordinates.js';
import { isBank } from '../detector/bank-system.js';
import { InputError } from '../errors.js';
import { defectPatches, diagnose } from '../experiment/diagnostics.js';
import { fitSystem } from '../experiment/fit-system.js';
import type { Lab } from '../experiment/lab.js';
import { EMBEDDING_DIMENSIONS } from '../features/embedding.js';
import { patchGrid } from '../features/layers.js';
import { gatherRows } from '../kernels/gather-rows.js';
import { createRandom } from '../random.js';
import type { CoresetPoints } from './cell-file.js';
import type { PlannedCell, TsneEngine } from './plan.js';

/** Rows drawn of a coreset, and the principal axes t-SNE sees. */
const [ROWS, AXES] = [800, 50];

/** Rows drawn for tsne-js, which takes minutes for more. */
const ROWS_TSNE_JS = 300;

/** A coreset in the plane (Figure 5), each row coloured by where it comes from. */
export async function coresetPoints(lab: Lab, { config, noisy, tsne: engine }: PlannedCell): Promise<CoresetPoints> {
  const { category, train } = noisy;
  const { features, maskMode, seed } = config;
  const { fitted } = await fitSystem(lab, train, config);
  if (!isBank(fitted)) throw new InputError(`${config.method} has no coreset`, 'Choose a memory bank');
  const { rows, picks } = await fitted.bank.load();
  const { side, positions } = patchGrid(features);
  const defects = category.masked
    ? await defectPatches(train, features.preprocessing, side, maskMode, lab.threads)
    : null;
  const { coresetNoiseShare, coresetDefectShare } = diagnose(train, positions, picks, { kept: null }, defects);
  const count = Math.min(engine === 'exact' ? ROWS : ROWS_TSNE_JS, picks.length);
  const chosen = createRandom(seed).fork('t-sne').distinct(picks.length, count).sort();
  const sample = gatherRows(rows, EMBEDDING_DIMENSIONS, chosen);
  const plane = await placeRows(lab, sample, count, engine, seed);
  return {
    coresetSize: picks.length,
    noiseShare: coresetNoiseShare,
    defectShare: coresetDefectShare,
    method: `${count < FEWEST ? 'side by side' : engine === 'exact' ? 't-SNE' : 'tsne-js'}, ${count} rows`,
    points: Array.from(chosen, (row, i) => {
      const patch = picks[row];
      const from = defects?.[patch] ? 'defect' : train[Math.floor(patch / positions)].noise ? 'noise' : 'nominal';
      return { x: round(plane[2 * i]), y: round(plane[2 * i + 1]), from };
    }),
  };
}

/** Fewer rows have no neighbourhoods to keep. */
const FEWEST = 4;

/** Rows in the plane [count × 2] by t-SNE on their principal axes; too few of them stand side by side. */
async function placeRows(
  { threads }: Lab,
  sample: Float32Array,
  count: number,
  engine: TsneEngine,
  seed: number,
): Promise<ArrayLike<number>> {
  if (count < FEWEST) return Float64Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? i / 2 : 0));
  const axes = Math.min(AXES, count - 1);
  const points = await principalCoordinates(threads, sample, EMBEDDING_DIMENSIONS, axes);
  return engine === 'exact' ? tsne(points, axes) : tsneJs(points, axes, createRandom(seed).fork('tsne-js'));
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
