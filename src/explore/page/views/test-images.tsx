import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { outlinePath } from '../../../figures/audit/outline.js';
import { quantile } from '../../../quantile.js';
import { isWrong } from '../../view/decision.js';
import { chosenOf } from '../../view/state.js';
import { Card } from '../card.js';
import type { Explorer } from '../explorer.js';
import { Gallery } from '../gallery.js';
import { Tile } from '../tile.js';

/** Test images with heat maps, worst or wrongly judged first. */
export function TestCard({ explorer }: { explorer: Explorer }): JSX.Element {
  const { base, answer, decision, labels, source, state, set, exact } = explorer;
  const [heat, setHeat] = useState(true);
  const { test } = base!;
  const { images, maps, side } = answer!;
  const threshold = decision?.threshold ?? Number.POSITIVE_INFINITY;
  const wrong = (i: number): boolean => decision !== null && isWrong(images[i], labels[i], threshold);
  const order = useMemo(() => {
    const all = [...images.keys()].sort((a, b) => images[b] - images[a] || a - b);
    if (state.order === 'worst') return all;
    return all.sort((a, b) => Number(wrong(b)) - Number(wrong(a)) || distance(b) - distance(a) || a - b);
    function distance(i: number): number {
      return wrong(i) ? Math.abs(images[i] - threshold) : images[i];
    }
  }, [images, state.order, threshold]);
  const high = useMemo(() => quantile(tops(maps, side), 0.9, 'higher'), [maps, side]);
  const sure = exact.points.find(({ chosen }) => chosen === chosenOf(state));
  const outline = useMemo(() => maskOutlines(base!.masks, side), [base, side]);
  const verdict = (i: number): string => {
    if (!decision || labels[i] === null) return '';
    const called = images[i] > threshold;
    if (wrong(i)) return called ? 'false alarm' : 'missed';
    return called ? 'found' : 'passed';
  };
  const tile = (i: number, large: boolean, warm: boolean): JSX.Element => (
    <Tile
      key={`${test[i].name}${large ? warm : ''}`}
      name={test[i].name}
      src={source.picture(test[i].name)}
      heat={warm ? { values: maps.subarray(i * side * side, (i + 1) * side * side), side, high } : null}
      outlines={[{ path: outline(i), kind: 'mask', side }]}
      caption={large ? (warm ? 'heat map' : 'image and mask') : `${images[i].toPrecision(3)} ${verdict(i)}`}
      mark={wrong(i) ? 'wrong' : ''}
      large={large}
      chosen={state.test === test[i].name}
      onPick={large ? undefined : () => set({ test: state.test === test[i].name ? null : test[i].name })}
    />
  );
  const picked = test.findIndex(({ name }) => name === state.test);
  return (
    <Card
      name="tests"
      title="Test images"
      about="Heat maps of the preview, one scale for all; the defect by its mask is outlined. Wrongly judged images are framed."
      tools={
        <span class="tools">
          <label>
            <input type="checkbox" checked={heat} onChange={() => setHeat(!heat)} /> heat
          </label>
          <label>
            first{' '}
            <select
              value={state.order}
              onChange={(event) => set({ order: event.currentTarget.value === 'wrong' ? 'wrong' : 'worst' })}
            >
              <option value="worst">worst</option>
              <option value="wrong">wrong</option>
            </select>
          </label>
        </span>
      }
    >
      <Gallery
        name="tests"
        label={`Test images, ${state.order} first`}
        count={order.length}
        tile={(place) => tile(order[place], false, heat)}
        close={
          picked >= 0 && (
            <div class="close">
              {tile(picked, true, false)}
              {tile(picked, true, true)}
              <div>
                <h3>{test[picked].name}</h3>
                <p>
                  {said(test[picked])} Score {images[picked].toPrecision(4)}
                  {sure ? ` (exact ${sure.scores[picked]?.toPrecision(4)})` : ''}
                  {decision && ` at a threshold of ${threshold.toPrecision(4)}`}
                  {verdict(picked) && `: ${verdict(picked)}`}.
                </p>
                <button type="button" onClick={() => set({ test: null })}>
                  Close
                </button>
              </div>
            </div>
          )
        }
      />
    </Card>
  );
}

function said({ type, label, leaked }: NonNullable<Explorer['base']>['test'][number]): string {
  if (label === null) return 'Nobody said what it is.';
  if (label === 0) return 'A normal image.';
  return `Defective: ${type.replaceAll('_', ' ')}${leaked ? ', also among the training images.' : '.'}`;
}

/** Largest value of each map. */
function tops(maps: Float32Array, side: number): number[] {
  const out: number[] = [];
  for (let from = 0; from < maps.length; from += side * side) {
    let most = 0;
    for (let i = from; i < from + side * side; i++) if (maps[i] > most) most = maps[i];
    out.push(most);
  }
  return out;
}

/** Outline of each image's thinned mask, made when first asked for. */
function maskOutlines(masks: Uint8Array, side: number): (image: number) => string {
  const known = new Map<number, string>();
  return (image) => {
    let path = known.get(image);
    if (path === undefined) {
      const own = masks.subarray(image * side * side, (image + 1) * side * side);
      const cells: number[] = [];
      for (let i = 0; i < own.length; i++) if (own[i]) cells.push(i);
      path = outlinePath(cells, side);
      known.set(image, path);
    }
    return path;
  };
}
