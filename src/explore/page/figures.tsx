import type { JSX } from 'preact';
import { chosenOf } from '../view/state.js';
import type { Explorer } from './explorer.js';
import { figure, percent, whole } from './numbers.js';

/** The figures at a glance. */
export function Figures({ explorer }: { explorer: Explorer }): JSX.Element {
  const { base, answer, exact, state, decision } = explorer;
  const { image, pixel, cut } = answer!;
  const known = exact.points.find(({ chosen }) => chosen === chosenOf(state));
  const onCurve = exact.curve.find(({ chosen }) => Math.abs(chosen - chosenOf(state)) < 1e-9);
  const sure = known ?? onCurve;
  const { precision, recall } = removal(explorer);
  const doubts = base!.cut.name === 'level';
  return (
    <dl class="figures" aria-live="off">
      <Figure
        name="Image AUROC"
        value={figure(image.auroc)}
        beside={sure ? `exact ${figure(sure.image)}` : 'preview'}
      />
      <Figure
        name="Pixel AUROC"
        value={figure(pixel.auroc)}
        beside={sure ? `exact ${figure(sure.pixel)}` : 'preview'}
      />
      <Figure
        name={doubts ? 'Doubted' : 'Removed'}
        value={percent(cut.count / base!.weights.length)}
        beside={`${whole(cut.count)} patches`}
      />
      <Figure
        name={doubts ? 'Doubted rightly' : 'Removed rightly'}
        value={recall === null ? '–' : percent(recall, 0)}
        beside={
          recall === null
            ? 'no injected defects'
            : `of the defect patches, which are ${percent(precision ?? 0)} of all ${doubts ? 'doubted' : 'removed'}`
        }
      />
      <Figure
        name="False alarms"
        value={decision ? String(decision.falseAlarms) : '–'}
        beside={decision ? `of ${decision.normal} normal images` : 'needs both labels'}
      />
      <Figure
        name="Misses"
        value={decision ? String(decision.misses) : '–'}
        beside={decision ? `of ${decision.anomalous} defective images` : 'needs both labels'}
      />
    </dl>
  );
}

function Figure({ name, value, beside }: { name: string; value: string; beside: string }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b>{value}</b> <small>{beside}</small>
      </dd>
    </div>
  );
}

/** How well the cut meets the injected defects' patches; null where there are none or nothing is cut. */
function removal({ base, answer }: Explorer): { precision: number | null; recall: number | null } {
  const { defects } = base!;
  const { removed, count } = answer!.cut;
  let [all, met] = [0, 0];
  for (let i = 0; i < defects.length; i++) {
    all += defects[i];
    met += defects[i] & removed[i];
  }
  return { precision: all > 0 && count > 0 ? met / count : null, recall: all > 0 ? met / all : null };
}
