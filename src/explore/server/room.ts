import { InputError } from '../../errors.js';
import { systemConfig } from '../../experiment/config.js';
import type { Lab } from '../../experiment/lab.js';
import { type Bases, openBases } from '../base/bases.js';
import { coresetMap, findMap } from '../base/coreset-map.js';
import type { Subject } from '../base/subject.js';
import { stopConfig } from '../base/subject.js';
import { savedPage } from '../saved/page.js';
import { embeddedPictures } from '../saved/pictures.js';
import type { Base } from '../view/base.js';
import type { CoresetMap } from '../view/coreset-map.js';
import type { Exact } from '../view/exact.js';
import type { JobKind, JobState } from '../view/jobs.js';
import type { Session } from '../view/session.js';
import { stopOf, type ViewState } from '../view/state.js';
import { type Stop, type Stops, stopKey } from '../view/stop.js';
import { openExacts } from './exact.js';
import { livePage, pageFiles } from './html.js';
import { createJobs } from './jobs.js';
import { openPictures } from './pictures.js';

/** All that the page can ask for. */
export interface Room {
  readonly session: Session;
  readonly html: string;
  readonly script: string;
  readonly style: string;
  /** Keys of the stops that are answered at once. */
  ready(): Promise<string[]>;
  base(stop: Stop): Promise<Base | null>;
  exact(stop: Stop): Promise<Exact>;
  map(stop: Stop): Promise<CoresetMap | null>;
  picture(name: string): Promise<Uint8Array | null>;
  /** The page as a file, at a state. @throws InputError where the state's stop is not computed. */
  snapshot(state: ViewState): AsyncIterable<string>;
  start(kind: JobKind, stop: Stop, chosen?: number): number;
  cancel(id: number): boolean;
  jobs(): JobState[];
  watch(heard: (state: JobState) => void): () => void;
  /** What a person reads of an error that nobody foresaw. */
  failed(error: unknown): string;
  close(): Promise<void>;
}

/** Opens the room of a subject. @param failed words for errors. */
export async function openRoom(
  lab: Lab,
  subject: Subject,
  session: Session,
  failed: (error: unknown) => string,
): Promise<Room> {
  const bases: Bases = openBases(lab, subject);
  const exacts = openExacts(lab, bases);
  const jobs = createJobs(lab, failed);
  const { features } = systemConfig({ method: 'patchcore', features: subject.features }, subject.seed);
  const pictures = openPictures(subject.category, features.preprocessing);
  const { script, style } = await pageFiles();
  const work: Record<JobKind, (own: Lab, stop: Stop, chosen: number) => Promise<unknown>> = {
    base: (own, stop) => bases.prepare(own, stop),
    curve: (own, stop) => exacts.curve(own, stop),
    point: (own, stop, chosen) => exacts.point(own, stop, chosen),
    map: async (own, stop) => coresetMap(own, bases, await bases.prepare(own, stop)),
  };
  const titles: Record<JobKind, string> = {
    base: 'prepare',
    curve: 'exact curve',
    point: 'exact point',
    map: 'map of the coreset',
  };
  return {
    session,
    html: livePage(session),
    script,
    style,
    async ready() {
      const all = allStops(session.stops);
      const flags = await Promise.all(all.map((stop) => bases.ready(stop).catch(() => false)));
      return all.filter((_, i) => flags[i]).map(stopKey);
    },
    base: (stop) => bases.find(stop),
    exact: (stop) => exacts.of(stop),
    map: (stop) => findMap(lab, bases, { stop }),
    picture: (name) => pictures.jpeg(name),
    async *snapshot(state) {
      const stop = stopOf(state);
      const base = await bases.find(stop);
      if (!base) throw new InputError('this setting is not computed yet', 'Compute it, then save');
      const own = { base, map: await findMap(lab, bases, base), exact: await exacts.of(stop) };
      const embedded = embeddedPictures(base, subject.category, features.preprocessing);
      yield* savedPage({ session, state, stops: [own], pictures: embedded });
    },
    start(kind, stop, chosen = Number.NaN) {
      // An impossible stop is an error of the request, not of the work.
      stopConfig(subject, stop, kind === 'point' ? chosen : undefined);
      const key = [kind, stopKey(stop), ...(kind === 'point' ? [chosen] : [])].join(' ');
      return jobs.start(key, titles[kind], async (own) => void (await work[kind](own, stop, chosen)));
    },
    cancel: (id) => jobs.cancel(id),
    jobs: () => jobs.states(),
    watch: (heard) => jobs.watch(heard),
    failed,
    close: () => jobs.close(),
  };
}

/** Every stop that the lists allow. */
export function allStops({ judges, ks, ratios, noises }: Stops): Stop[] {
  return judges.flatMap((judge) =>
    (judge === 'lof' ? ks : [0]).flatMap((k) =>
      ratios.flatMap((ratio) => noises.map((noise) => ({ judge, k, ratio, noise }))),
    ),
  );
}
