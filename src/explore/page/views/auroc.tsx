import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { aurocView } from '../../../figures/explore/auroc.js';
import { chosenOf } from '../../view/state.js';
import { CUT_RANGES } from '../../view/stop.js';
import { Card } from '../card.js';
import { ChartView } from '../chart.js';
import type { Explorer } from '../explorer.js';
import { figure } from '../numbers.js';
import { toRows } from '../preview-curve.js';

/** AUROC over the cut: preview, exact curve, exact points. */
export function AurocCard({ explorer }: { explorer: Explorer }): JSX.Element {
  const { base, answer, curve, exact, set, state } = explorer;
  const { name } = base!.cut;
  const { low, high, step } = CUT_RANGES[name];
  const title = name === 'tau' ? 'τ, share of patches removed' : 'level';
  const spec = useMemo(() => aurocView(title, [low, high]), [title, low, high]);
  const { image, pixel, chosen } = answer!;
  const lines = useMemo(() => exact.curve.flatMap(toRows), [exact]);
  const points = useMemo(() => exact.points.flatMap(toRows), [exact]);
  const rows = {
    preview: curve,
    exact: lines,
    points,
    now: toRows({ chosen, image: image.auroc, pixel: pixel.auroc }),
    chosen: [{ chosen }],
  };
  return (
    <Card
      name="auroc"
      title="AUROC"
      about="Dashed: the preview, from one filtered bank. Line: the exact curve. Diamonds: single exact evaluations."
    >
      <ChartView
        name="auroc"
        spec={spec}
        rows={rows}
        label={`AUROC over ${title}: at ${chosenOf(state)} the preview says image ${figure(image.auroc)}, pixel ${figure(pixel.auroc)}; ${exact.curve.length} exact points of a curve, ${exact.points.length} single ones`}
        onDrag={(value) => set({ [name]: Number((Math.round(clamp(value, low, high) / step) * step).toFixed(4)) })}
      />
    </Card>
  );
}

export const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));
