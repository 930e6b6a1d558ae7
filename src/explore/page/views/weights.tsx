import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { weightHistogram } from '../../../analysis/weight-histogram.js';
import { weightsView } from '../../../figures/explore/weights.js';
import { chosenAt } from '../../view/cut.js';
import { CUT_RANGES } from '../../view/stop.js';
import { Card } from '../card.js';
import { ChartView } from '../chart.js';
import type { Explorer } from '../explorer.js';
import { clamp } from './auroc.js';

/** Weights by origin with the cut, which can be dragged here, too. */
export function WeightsCard({ explorer }: { explorer: Explorer }): JSX.Element {
  const { base, answer, set } = explorer;
  const spec = useMemo(weightsView, []);
  const bins = useMemo(() => {
    const { weights, train, defects } = base!;
    const noisy = train.map(({ noise }) => noise);
    return weightHistogram('', weights, noisy, defects.length > 0 ? defects : new Uint8Array(weights.length), 60);
  }, [base]);
  const highest = Math.max(...bins.map(({ weight }) => weight));
  const { value } = answer!.cut;
  const { name } = base!.cut;
  const { low, high, step } = CUT_RANGES[name];
  const drag = (weight: number): void => {
    const chosen = clamp(chosenAt(base!, weight), low, high);
    set({ [name]: Number((Math.round(chosen / step) * step).toFixed(4)) });
  };
  const did = name === 'tau' ? 'removed' : 'doubted';
  return (
    <Card
      name="weights"
      title="Weights by origin"
      about={`Right of the line patches are ${did}. Each origin sums to 100 %, so that few defect patches show beside many nominal ones; the last bar holds all that is larger.`}
    >
      <ChartView
        name="weights"
        spec={spec}
        rows={{ bins, cut: value <= highest ? [{ weight: value }] : NONE }}
        label={`Histogram of the weights of training patches by origin; patches above ${Number.isFinite(value) ? value.toPrecision(4) : 'no weight'} are ${did}`}
        onDrag={drag}
      />
    </Card>
  );
}

const NONE: readonly object[] = [];
