import type { Category } from '../../dataset/category.js';
import { InputError } from '../../errors.js';
import type { Lab } from '../../experiment/lab.js';
import { packageVersion } from '../../experiment/versions.js';
import { openBases } from '../base/bases.js';
import { coresetMap } from '../base/coreset-map.js';
import type { Subject } from '../base/subject.js';
import type { Exact, ExactPoint } from '../view/exact.js';
import type { Session } from '../view/session.js';
import { startState } from '../view/state.js';
import { stopKey } from '../view/stop.js';
import { featureOptions } from './options.js';
import { type SavedStop, savedPage } from './page.js';
import { embeddedPictures } from './pictures.js';
import type { SavedResult } from './results.js';
import { mustBelongTogether, mustBeShown, mustBeTheSameImages } from './settled.js';

/**
 * A page from saved results that needs no server: what `softpatch explore` shows, at the results' settings. Weights, banks and
 * neighbours come from the lab's cache, or are computed again.
 * @param place options that name the category in a command line, e.g. `--data`, `data/mvtec`.
 * @yields the page in pieces.
 * @throws InputError for results that do not belong together or to these images, or have settings that no page follows; Cancelled.
 */
export async function* reportPage(
  lab: Lab,
  category: Category,
  results: readonly SavedResult[],
  place: readonly string[],
): AsyncGenerator<string> {
  const [first] = results;
  if (!first) throw new InputError('there is no result', 'Give at least one');
  mustBelongTogether(results, category.name);
  const { features, contamination, maskMode, seed } = first.config;
  const { overlap } = contamination;
  const subject: Subject = { category, features, profile: profileOf(results), overlap, seed, maskMode };
  for (const result of results) mustBeShown(result, subject);
  const bases = openBases(lab, subject);
  const stops: SavedStop[] = [];
  for (const own of grouped(results)) {
    const base = await bases.prepare(lab, own[0].stop);
    for (const result of own) mustBeTheSameImages(result, base);
    const exact: Exact = {
      curve: byChosen(own.flatMap((result) => result.exact.curve)),
      points: byChosen(own.flatMap((result) => result.exact.points)),
    };
    stops.push({ base, exact, map: await coresetMap(lab, bases, base) });
  }
  const session: Session = {
    category: category.name,
    stops: { judges: [], ks: [], ratios: [], noises: [] },
    start: { ...first.stop, chosen: first.chosen },
    options: [...place, ...profileWords(subject.profile), ...featureOptions(first.config)],
    notes:
      features.weights.kind === 'random' ? [`${features.backbone} ran with random weights, which see little.`] : [],
    version: packageVersion(),
  };
  const pictures = embeddedPictures(imagesOf(stops), category, first.config.features.preprocessing);
  yield* savedPage({ session, state: startState(session), stops, pictures });
}

/** The form of the banks; `witness` has a profile of its own. */
function profileOf(results: readonly SavedResult[]): string {
  return results.find(({ stop }) => stop.judge !== 'witness')?.config.profile ?? 'paper';
}

const profileWords = (profile: string): string[] => (profile === 'paper' ? [] : ['--profile', profile]);

/** Results by their stops. */
function grouped(results: readonly SavedResult[]): SavedResult[][] {
  const groups = new Map<string, SavedResult[]>();
  for (const result of results) {
    const key = stopKey(result.stop);
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()];
}

function byChosen<Point extends ExactPoint>(points: readonly Point[]): Point[] {
  return [...points].sort((a, b) => a.chosen - b.chosen);
}

/** The images of all stops. */
function imagesOf(stops: readonly SavedStop[]): Parameters<typeof embeddedPictures>[0] {
  return { train: stops.flatMap(({ base }) => base.train), test: stops.flatMap(({ base }) => base.test) };
}
