import type { JSX } from 'preact';
import { chosenOf, stopOf } from '../view/state.js';
import { CUT_RANGES, cutName, JUDGE_NAMES, nearestStop, type Stop, stopKey } from '../view/stop.js';
import { ExactButtons } from './exact-buttons.js';
import type { Explorer } from './explorer.js';
import { percent } from './numbers.js';

/** Judge, k, ρ, noise, and the cut to drag. */
export function Controls({ explorer }: { explorer: Explorer }): JSX.Element {
  const { state, set, source, ready } = explorer;
  const { judges, ks, ratios, noises } = source.session.stops;
  const stop = stopOf(state);
  // A saved page goes where it has something.
  const at = (change: Partial<Stop>): boolean => !source.live || ready.has(stopKey({ ...stop, ...change }));
  const choose = (change: Partial<Stop>): void => {
    const wanted = stopOf({ ...state, ...change });
    if (source.live || ready.has(stopKey(wanted))) set({ ...change, threshold: null });
    else set({ ...nearestStop(ready, wanted, Object.keys(change)[0] as keyof Stop), threshold: null });
  };
  return (
    <section class="controls" aria-label="Settings">
      <Cut explorer={explorer} />
      <div class="choices">
        <Choice
          label="Judge"
          values={judges}
          chosen={state.judge}
          text={(judge) => JUDGE_NAMES[judge]}
          ready={(judge) => at({ judge, k: judge === 'lof' ? state.k : 0 })}
          choose={(judge) => choose({ judge })}
        />
        {state.judge === 'lof' && (
          <Choice
            label="k"
            title="neighbours of LOF"
            values={ks}
            chosen={state.k}
            text={String}
            ready={(k) => at({ k })}
            choose={(k) => choose({ k })}
          />
        )}
        <Choice
          label="ρ"
          title="share of all patches in the memory bank"
          values={ratios}
          chosen={state.ratio}
          text={(ratio) => percent(ratio, ratio < 0.01 ? 1 : 0)}
          ready={(ratio) => at({ ratio })}
          choose={(ratio) => choose({ ratio })}
        />
        <Choice
          label="Noise"
          title="injected defective images, relative to the nominal ones"
          values={noises}
          chosen={state.noise}
          text={(noise) => percent(noise, 0)}
          ready={(noise) => at({ noise })}
          choose={(noise) => choose({ noise })}
        />
        <ExactButtons explorer={explorer} />
      </div>
    </section>
  );
}

function Cut({ explorer: { state, set, base, answer } }: { explorer: Explorer }): JSX.Element {
  const name = cutName(state.judge);
  const { low, high, step } = CUT_RANGES[name];
  const value = chosenOf(state);
  const rule = base?.cut.name === 'level' ? base.cut : null;
  const silent = rule !== null && !rule.doubts;
  const margin = rule?.doubts ? rule.margin : 0;
  const share = answer && base ? answer.cut.count / base.weights.length : 0;
  return (
    <div class="cut">
      <label for="cut">
        {name === 'tau' ? <b>τ</b> : <b>level</b>}
        <span>
          {name === 'tau'
            ? 'share of patches removed'
            : 'deviations above an ordinary image, from which a patch is doubted'}
        </span>
      </label>
      <input
        id="cut"
        type="range"
        min={low}
        max={high}
        step={step}
        value={value}
        style={{ '--at': `${(100 * (value - low)) / (high - low)}%` }}
        onInput={(event) => set({ [name]: Number(event.currentTarget.value) })}
      />
      <output for="cut">{name === 'tau' ? value.toFixed(3) : value.toFixed(2)}</output>
      {name === 'level' && base && (
        <small>
          {silent ? 'no dirt shows: nothing is doubted at any level' : `${percent(share)} of the patches are doubted`}
          {margin > 0 && `; counted from ${margin.toFixed(1)} deviations further up, as doubt is sparing here`}
        </small>
      )}
    </div>
  );
}

interface ChoiceProps<Value> {
  label: string;
  title?: string;
  values: readonly Value[];
  chosen: Value;
  text: (value: Value) => string;
  ready: (value: Value) => boolean;
  choose: (value: Value) => void;
}

/** A few values side by side, one chosen; those that are not computed yet are marked. */
function Choice<Value extends string | number>(props: ChoiceProps<Value>): JSX.Element {
  const { label, title, values, chosen, text, ready, choose } = props;
  return (
    <fieldset class="choice">
      <legend title={title}>{label}</legend>
      {values.map((value) => {
        const there = ready(value);
        return (
          <label
            key={value}
            class={there ? 'ready' : ''}
            title={there ? undefined : 'not computed yet: choosing it computes it'}
          >
            <input type="radio" name={label} checked={value === chosen} onChange={() => choose(value)} />
            <span class="value">
              {text(value)}
              {!there && <i aria-hidden="true" />}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
