import type { Session } from './session.js';
import { CUT_RANGES, cutName, JUDGES, type JudgeName, type Stop } from './stop.js';

/** Order of the test images. */
export type TestOrder = 'worst' | 'wrong';

/** What a person has chosen: all of it stands in the page's address. */
export interface ViewState extends Stop {
  /** τ and level; each is kept while another judge is looked at. */
  tau: number;
  level: number;
  /** Image score from which an image counts as anomalous; null for that of the largest F1. */
  threshold: number | null;
  order: TestOrder;
  /** Images looked at closely, by name. */
  train: string | null;
  test: string | null;
}

/** τ and level where nothing else is said: the methods' own. */
const [TAU, LEVEL] = [0.15, 0.5];

/** The state a page begins with. */
export function startState({ start }: Pick<Session, 'start'>): ViewState {
  const { chosen, ...stop } = start;
  const name = cutName(stop.judge);
  const cuts = { tau: TAU, level: LEVEL, ...(chosen !== null && { [name]: chosen }) };
  return { ...stop, ...cuts, threshold: null, order: 'worst', train: null, test: null };
}

/** The cut that counts for a state's judge. */
export function chosenOf(state: ViewState): number {
  return state[cutName(state.judge)];
}

/** The stop of a state; k means nothing but for LOF. */
export function stopOf({ judge, k, ratio, noise }: ViewState): Stop {
  return { judge, k: judge === 'lof' ? k : 0, ratio, noise };
}

/** A state as the address after `#`. */
export function toHash(state: ViewState): string {
  const values = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) if (value !== null) values.set(name, String(value));
  return values.toString();
}

/** The state of an address; what is missing or impossible there is as it begins. */
export function fromHash(hash: string, session: Pick<Session, 'start' | 'stops'>): ViewState {
  const start = startState(session);
  const values = new URLSearchParams(hash.replace(/^#/, ''));
  const { ks, ratios, noises } = session.stops;
  const number = (name: string, fits: (value: number) => boolean, otherwise: number): number => {
    const text = values.get(name);
    const value = Number(text);
    return text !== null && text.trim() !== '' && Number.isFinite(value) && fits(value) ? value : otherwise;
  };
  const within = (name: 'tau' | 'level') => (value: number) =>
    value >= CUT_RANGES[name].low && value <= CUT_RANGES[name].high;
  const judge = values.get('judge') as JudgeName;
  const threshold = number('threshold', () => true, Number.NaN);
  return {
    judge: JUDGES.includes(judge) && session.stops.judges.includes(judge) ? judge : start.judge,
    k: number('k', (value) => ks.includes(value), start.k),
    ratio: number('ratio', (value) => ratios.includes(value), start.ratio),
    noise: number('noise', (value) => noises.includes(value), start.noise),
    tau: number('tau', within('tau'), start.tau),
    level: number('level', within('level'), start.level),
    threshold: Number.isNaN(threshold) ? null : threshold,
    order: values.get('order') === 'wrong' ? 'wrong' : 'worst',
    train: values.get('train'),
    test: values.get('test'),
  };
}
