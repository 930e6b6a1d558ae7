import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { outlinePath } from '../../../figures/audit/outline.js';
import { Card } from '../card.js';
import type { Explorer } from '../explorer.js';
import { Gallery } from '../gallery.js';
import { whole } from '../numbers.js';
import { Tile } from '../tile.js';

/** Patches of an image that make its suspicion: a defect covers few. */
const WORST = 10;

/** Training images, most suspicious first, with what the cut takes out outlined. */
export function TrainingCard({ explorer }: { explorer: Explorer }): JSX.Element {
  const { base, answer, source, state, set } = explorer;
  const order = useMemo(() => bySuspicion(base!), [base]);
  const { grid, train } = base!;
  const { removed } = answer!.cut;
  const out = base!.cut.name === 'tau' ? 'removed' : 'doubted';
  const removedOf = (image: number): number[] => {
    const positions = grid ** 2;
    const own: number[] = [];
    for (let p = 0; p < positions; p++) if (removed[image * positions + p]) own.push(p);
    return own;
  };
  const tile = (image: number, large: boolean): JSX.Element => {
    const { name, noise } = train[image];
    const own = removedOf(image);
    const count = `${whole(own.length)} ${out}`;
    return (
      <Tile
        key={`${image}`}
        name={name}
        src={source.picture(name)}
        outlines={[{ path: outlinePath(own, grid), kind: 'removed', side: grid }]}
        caption={
          noise ? (
            <>
              {count} <em>injected</em>
            </>
          ) : (
            count
          )
        }
        mark={noise ? 'noise' : ''}
        large={large}
        chosen={state.train === name}
        onPick={large ? undefined : () => set({ train: state.train === name ? null : name })}
      />
    );
  };
  const picked = train.findIndex(({ name }) => name === state.train);
  return (
    <Card
      name="training"
      title="Training images"
      about={`Most suspicious first; ${out} patches outlined. Injected defects are framed: a cleaned folder would have none.`}
    >
      <Gallery
        name="training"
        label="Training images, most suspicious first"
        count={order.length}
        tile={(place) => tile(order[place], false)}
        close={
          picked >= 0 && (
            <div class="close">
              {tile(picked, true)}
              <div>
                <h3>{train[picked].name}</h3>
                <p>{train[picked].noise ? 'An injected defective image.' : 'A nominal training image.'}</p>
                <p>
                  {removedOf(picked).length} of {grid ** 2} patches are {out}; number {order.indexOf(picked) + 1} by
                  suspicion.
                </p>
                <button type="button" onClick={() => set({ train: null })}>
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

/** Training images by the mean of their worst patches' weights, which no cut changes, so that they stand still under a drag. */
function bySuspicion({ weights, train, grid }: NonNullable<Explorer['base']>): number[] {
  const positions = grid ** 2;
  const suspicion = train.map((_, i) => {
    const worst = weights
      .slice(i * positions, (i + 1) * positions)
      .sort()
      .subarray(-WORST);
    return worst.reduce((sum, weight) => sum + weight, 0);
  });
  return [...train.keys()].sort((a, b) => suspicion[b] - suspicion[a] || a - b);
}
