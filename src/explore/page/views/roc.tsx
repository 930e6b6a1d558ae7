import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { rocView } from '../../../figures/explore/roc.js';
import { rocCurve } from '../../view/decision.js';
import { Card } from '../card.js';
import { ChartView } from '../chart.js';
import type { Explorer } from '../explorer.js';
import { figure, percent } from '../numbers.js';

/** The ROC curve of images, and where the decision stands on it. */
export function RocCard({ explorer }: { explorer: Explorer }): JSX.Element {
  const { answer, labels, decision } = explorer;
  const spec = useMemo(rocView, []);
  const { images, image } = answer!;
  const curve = useMemo(() => rocCurve(images, labels).map((point, at) => ({ ...point, at })), [images, labels]);
  const now = decision && {
    falseAlarmRate: decision.falseAlarms / decision.normal,
    found: 1 - decision.misses / decision.anomalous,
  };
  const said = now
    ? `The decision finds ${percent(now.found, 0)} of the defects at ${percent(now.falseAlarmRate, 0)} false alarms.`
    : 'A curve needs normal and anomalous images.';
  return (
    <Card name="roc" title="ROC of images" about={said}>
      <ChartView
        name="roc"
        spec={spec}
        rows={{ curve, now: now ? [now] : NONE }}
        label={`ROC curve of images, area ${figure(image.auroc)}. ${said}`}
      />
    </Card>
  );
}

const NONE: readonly object[] = [];
