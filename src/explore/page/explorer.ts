import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Answer, answer } from '../view/answer.js';
import type { Base } from '../view/base.js';
import type { CoresetMap } from '../view/coreset-map.js';
import { type Decision, decide, thresholdBelow } from '../view/decision.js';
import type { Exact } from '../view/exact.js';
import type { JobKind, JobState } from '../view/jobs.js';
import { chosenOf, fromHash, stopOf, toHash, type ViewState } from '../view/state.js';
import { cutName, stopKey } from '../view/stop.js';
import { usePreviewCurve } from './preview-curve.js';
import type { Source } from './source.js';

/** All that the views show, and how to change it. */
export interface Explorer {
  source: Source;
  state: ViewState;
  /** Changes the state; many changes within a frame are drawn once. */
  set(change: Partial<ViewState>): void;
  /** The base that is shown: of the state's stop, or of the one before while that is not at hand. */
  base: Base | null;
  /** Whether `base` is that of the state's stop. */
  current: boolean;
  answer: Answer | null;
  decision: Decision | null;
  labels: (0 | 1 | null)[];
  curve: ReturnType<typeof usePreviewCurve>;
  exact: Exact;
  map: CoresetMap | null;
  jobs: JobState[];
  ready: ReadonlySet<string>;
  /** Starts work on the state's stop. */
  start(kind: JobKind): void;
  problem: string | null;
  /** Whether the server answers. */
  connected: boolean;
}

const NOTHING: Exact = { curve: [], points: [] };

/** The explorer's state over a source. */
export function useExplorer(source: Source): Explorer {
  const [state, set] = useChosen(source);
  const stop = stopOf(state);
  const key = stopKey(stop);
  const [shown, setShown] = useState<{ key: string; base: Base } | null>(null);
  const [exact, setExact] = useState<Exact>(NOTHING);
  const [map, setMap] = useState<CoresetMap | null>(null);
  const [ready, setReady] = useState<ReadonlySet<string>>(new Set());
  const [jobs, setJobs] = useState<JobState[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [connected, setConnected] = useState(true);
  // Counts what ended on the server, so that what it gave is fetched.
  const [ended, setEnded] = useState(0);
  const wanted = useRef(key);
  wanted.current = key;
  const guard = (work: Promise<unknown>): void =>
    void work.catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)));

  useEffect(() => {
    const { live } = source;
    if (!live) return;
    return live.watch((job) => {
      setJobs((before) => [...before.filter(({ id }) => id !== job.id), job].slice(-20));
      if (job.status === 'done') setEnded((count) => count + 1);
      if (job.status === 'failed') setProblem(job.error ?? 'the work failed');
    }, setConnected);
  }, []);
  useEffect(() => guard(source.ready().then((keys) => setReady(new Set(keys)))), [ended]);
  useEffect(() => {
    const mine = (): boolean => wanted.current === key;
    if (shown?.key !== key) {
      guard(
        source.base(stop).then(async (base) => {
          if (!mine()) return;
          if (base) setShown({ key, base });
          else if (source.live) await source.live.start('base', stop);
          else setProblem('this setting is not in the saved page');
        }),
      );
    }
    guard(source.exact(stop).then((found) => mine() && setExact(found)));
    guard(source.map(stop).then((found) => mine() && setMap(found)));
  }, [key, ended]);
  useEffect(() => {
    setExact(NOTHING);
    setMap(null);
    setProblem(null);
  }, [key]);

  const base = shown?.base ?? null;
  const current = shown?.key === key;
  // Another judge's cut means nothing to the base that is still shown.
  const fits = base !== null && base.cut.name === cutName(state.judge);
  const chosen = fits ? chosenOf(state) : (base?.usual ?? 0);
  const found = useMemo(() => base && answer(base, chosen), [base, chosen]);
  const labels = useMemo(() => base?.test.map(({ label }) => label) ?? [], [base]);
  const decision = useMemo(() => {
    if (!found || found.image.f1Threshold === null) return null;
    const threshold = state.threshold ?? thresholdBelow(found.images, found.image.f1Threshold);
    return decide(found.images, labels, threshold);
  }, [found, labels, state.threshold]);
  return {
    source,
    state,
    set,
    base,
    current,
    answer: found,
    decision,
    labels,
    curve: usePreviewCurve(base),
    exact,
    map,
    jobs,
    ready,
    start: (kind) => {
      if (source.live) guard(source.live.start(kind, stop, kind === 'point' ? chosenOf(state) : undefined));
    },
    problem,
    connected,
  };
}

/** The state in the page's address, changed at most once a frame. */
function useChosen(source: Source): [ViewState, (change: Partial<ViewState>) => void] {
  const read = (): ViewState =>
    location.hash.length > 1 || !source.saved ? fromHash(location.hash, source.session) : source.saved;
  const [state, setState] = useState(read);
  const pending = useRef<Partial<ViewState> | null>(null);
  const set = (change: Partial<ViewState>): void => {
    if (pending.current) {
      Object.assign(pending.current, change);
      return;
    }
    pending.current = { ...change };
    requestAnimationFrame(() => {
      const all = pending.current;
      pending.current = null;
      setState((before) => ({ ...before, ...all }));
    });
  };
  useEffect(() => {
    // Browsers refuse more than some changes of the address a second.
    const later = setTimeout(() => writeHash(toHash(state)), 200);
    return () => clearTimeout(later);
  }, [state]);
  useEffect(() => {
    const heard = (): void => setState(fromHash(location.hash, source.session));
    addEventListener('hashchange', heard);
    return () => removeEventListener('hashchange', heard);
  }, []);
  return [state, set];
}

/** A page within a frame of its own has no address to change. */
function writeHash(hash: string): void {
  if (location.protocol === 'about:') return;
  history.replaceState(null, '', `#${hash}`);
}
