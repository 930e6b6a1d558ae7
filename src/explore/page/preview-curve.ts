import { useEffect, useState } from 'preact/hooks';
import type { AurocRow } from '../../figures/explore/auroc.js';
import { answer } from '../view/answer.js';
import type { Base } from '../view/base.js';
import { CUT_RANGES } from '../view/stop.js';

/** Points of the curve, and how long the page may rest between two. */
const [POINTS, PAUSE_MS] = [26, 30];

/** The preview's whole curve over the cut, computed a point at a time while the page is idle; the coarse ones first. */
export function usePreviewCurve(base: Base | null): AurocRow[] {
  const [rows, setRows] = useState<AurocRow[]>([]);
  useEffect(() => {
    setRows([]);
    if (!base) return;
    const { low, high } = CUT_RANGES[base.cut.name];
    const order = Array.from({ length: POINTS }, (_, i) => i).sort((a, b) => coarse(b) - coarse(a) || a - b);
    const found: AurocRow[] = [];
    let timer = 0;
    const next = (): void => {
      const at = order.shift();
      if (at === undefined) return;
      const chosen = low + ((high - low) * at) / (POINTS - 1);
      found.push(...aurocRows(base, chosen));
      if (order.length % 5 === 0) setRows([...found].sort((a, b) => a.chosen - b.chosen));
      timer = window.setTimeout(next, PAUSE_MS);
    };
    timer = window.setTimeout(next, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [base]);
  return rows;
}

const coarse = (i: number): number => (i === POINTS - 1 || i % 5 === 0 ? 1 : 0);

/** Image and pixel AUROC at a cut as rows of the chart, where they exist. */
function aurocRows(base: Base, chosen: number): AurocRow[] {
  const { image, pixel } = answer(base, chosen);
  return toRows({ chosen, image: image.auroc, pixel: pixel.auroc });
}

/** A point as rows of the chart. */
export function toRows({
  chosen,
  image,
  pixel,
}: {
  chosen: number;
  image: number | null;
  pixel: number | null;
}): AurocRow[] {
  return [
    { chosen, metric: 'image', auroc: image },
    { chosen, metric: 'pixel', auroc: pixel },
  ].filter((row): row is AurocRow => row.auroc !== null);
}
