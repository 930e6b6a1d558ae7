import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { scoresView } from '../../../figures/explore/scores.js';
import { Card } from '../card.js';
import { ChartView } from '../chart.js';
import type { Explorer } from '../explorer.js';

/** Image scores and the decision threshold, to be dragged on the strip or by its slider. */
export function ScoresCard({ explorer }: { explorer: Explorer }): JSX.Element {
  const { base, answer, decision, set, state } = explorer;
  const spec = useMemo(scoresView, []);
  const { images } = answer!;
  const rows = useMemo(
    () =>
      base!.test.flatMap(({ name, label, leaked }, i) =>
        label === null
          ? []
          : [
              {
                image: name,
                score: images[i],
                kind: label === 0 ? 'nominal' : leaked ? 'leaked defect' : 'unseen defect',
              },
            ],
      ),
    [base, images],
  );
  const [low, high] = useMemo(() => [Math.min(...images), Math.max(...images)], [images]);
  const threshold = decision?.threshold;
  return (
    <Card
      name="scores"
      title="Scores and decision"
      about={
        decision
          ? `Right of the line an image counts as anomalous: ${decision.falseAlarms} false alarms, ${decision.misses} misses.`
          : 'A decision needs normal and anomalous images.'
      }
      tools={
        state.threshold !== null && (
          <button type="button" class="quiet" onClick={() => set({ threshold: null })}>
            Largest F1
          </button>
        )
      }
    >
      <ChartView
        name="scores"
        spec={spec}
        height={190}
        rows={{ scores: rows, threshold: threshold === undefined ? NONE : [{ score: threshold }] }}
        label={`Image scores from ${low.toPrecision(3)} to ${high.toPrecision(3)}${threshold === undefined ? '' : `, decision threshold ${threshold.toPrecision(3)}`}`}
        onDrag={(value) => set({ threshold: Number(value.toPrecision(4)) })}
      />
      {threshold !== undefined && (
        <label class="threshold">
          <span>decision threshold</span>
          <input
            type="range"
            min={low}
            max={high}
            step={(high - low) / 400 || 1}
            value={threshold}
            onInput={(event) => set({ threshold: Number(Number(event.currentTarget.value).toPrecision(4)) })}
          />
          <output>{threshold.toPrecision(3)}</output>
        </label>
      )}
    </Card>
  );
}

const NONE: readonly object[] = [];
