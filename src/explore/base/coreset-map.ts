import { principalCoordinates } from '../../coreset/principal-coordinates.js';
import { contaminate } from '../../experiment/contaminate.js';
import type { Lab } from '../../experiment/lab.js';
import { featureReader } from '../../features/reader.js';
import { patchDimensions } from '../../features/reading.js';
import { gatherRows } from '../../kernels/gather-rows.js';
import { task } from '../../kernels/task.js';
import { createRandom } from '../../random.js';
import type { Base } from '../view/base.js';
import type { CoresetMap } from '../view/coreset-map.js';
import type { Bases } from './bases.js';
import { stopConfig } from './subject.js';

/** Rows drawn of a bank, and the principal axes t-SNE sees. */
const [ROWS, AXES] = [800, 50];
const TSNE = task<typeof import('../../analysis/tsne-task.js')>(
  new URL('../../analysis/tsne-task.js', import.meta.url),
);

/** The bank of a base in the plane by t-SNE, a draw of 800 rows; remembered. @throws Cancelled. */
export async function coresetMap(lab: Lab, { subject, keys }: Bases, base: Base): Promise<CoresetMap> {
  const config = stopConfig(subject, base.stop);
  const found = await findMap(lab, { subject, keys }, base);
  if (found) return found;
  const { picks } = base;
  const count = Math.min(ROWS, picks.length);
  const drawn = createRandom(config.seed).fork('t-sne').distinct(picks.length, count).sort();
  const patches = drawn.map((row) => picks[row]);
  const reader = await featureReader(lab, config.features);
  const dimensions = patchDimensions(config.features);
  const { train } = contaminate(subject.category, config);
  const progress = lab.reporter.stage('train features');
  const rows = gatherRows(await reader.read(train, { progress, signal: lab.signal }), dimensions, patches);
  lab.reporter.stage('t-SNE');
  const d = Math.min(AXES, count - 1);
  const points = await principalCoordinates(lab.threads, rows, dimensions, d);
  const plane = Float32Array.from(await lab.threads.run(TSNE, { points, d }));
  const key = await keys.of('map', config);
  if (key) {
    await lab.cache.keep('previews', key, {
      patches: { dtype: 'I32', shape: [count], data: patches },
      plane: { dtype: 'F32', shape: [count, 2], data: plane },
    });
  }
  return { patches, plane };
}

/** A remembered map, or null. */
export async function findMap(
  lab: Pick<Lab, 'cache'>,
  { subject, keys }: Pick<Bases, 'subject' | 'keys'>,
  { stop }: Pick<Base, 'stop'>,
): Promise<CoresetMap | null> {
  const key = await keys.of('map', stopConfig(subject, stop));
  const stored = key && (await lab.cache.find('previews', key));
  return stored && { patches: stored.patches.data as Int32Array, plane: stored.plane.data as Float32Array };
}
