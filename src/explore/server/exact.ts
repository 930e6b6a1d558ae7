import { sweep } from '../../analysis/sweep.js';
import { evaluate } from '../../experiment/evaluate.js';
import type { Lab } from '../../experiment/lab.js';
import type { Bases } from '../base/bases.js';
import { stopConfig } from '../base/subject.js';
import { CURVE_AT, type Exact, type ExactPoint, type ExactResult } from '../view/exact.js';
import { cutName, type Stop, stopKey } from '../view/stop.js';

/** Exact results of stops, kept while the server runs and in the lab's cache. */
export interface Exacts {
  of(stop: Stop): Promise<Exact>;
  /** Evaluates one cut of a stop. @throws InputError; Cancelled. */
  point(lab: Lab, stop: Stop, chosen: number): Promise<void>;
  /** The whole curve of a stop. @throws InputError; Cancelled. */
  curve(lab: Lab, stop: Stop): Promise<void>;
}

/** @param lab the lab whose cache remembers them. */
export function openExacts(lab: Lab, { subject, keys }: Bases): Exacts {
  const known = new Map<string, Promise<Exact>>();
  const keyOf = (stop: Stop): Promise<unknown[] | null> => keys.of('exact', stopConfig(subject, stop));
  const load = async (stop: Stop): Promise<Exact> => {
    const key = await keyOf(stop);
    const stored = key && (await lab.cache.find('previews', key));
    return stored ? JSON.parse(new TextDecoder().decode(stored.json.data as Uint8Array)) : { curve: [], points: [] };
  };
  const of = (stop: Stop): Promise<Exact> => {
    const name = stopKey(stop);
    let exact = known.get(name);
    if (!exact) {
      exact = load(stop);
      known.set(name, exact);
    }
    return exact;
  };
  const add = async (stop: Stop, change: (exact: Exact) => Exact): Promise<void> => {
    const exact = change(await of(stop));
    known.set(stopKey(stop), Promise.resolve(exact));
    const key = await keyOf(stop);
    const data = new TextEncoder().encode(JSON.stringify(exact));
    if (key) await lab.cache.keep('previews', key, { json: { dtype: 'U8', shape: [data.length], data } });
  };
  const { category } = subject;
  return {
    of,
    async point(own, stop, chosen) {
      const result = await exactResult(own, { subject }, stop, chosen);
      await add(stop, ({ curve, points }) => ({ curve, points: merged(points, [result]) }));
    },
    async curve(own, stop) {
      const name = cutName(stop.judge);
      const all = CURVE_AT[name];
      let found: ExactPoint[] = [];
      if (name === 'tau') {
        const points = all.map((tau) => ({ tau }));
        const { rows } = await sweep(own, category, stopConfig(subject, stop), points);
        found = rows.map(({ image, pixel }, i) => ({ chosen: all[i], image: image.auroc, pixel: pixel.auroc }));
      } else {
        for (const chosen of all) {
          const { image, pixel } = await exactResult(own, { subject }, stop, chosen);
          found.push({ chosen, image, pixel });
        }
      }
      own.threads.release();
      await add(stop, ({ curve, points }) => ({ curve: merged(curve, found), points }));
    },
  };
}

async function exactResult(
  lab: Lab,
  { subject }: Pick<Bases, 'subject'>,
  stop: Stop,
  chosen: number,
): Promise<ExactResult> {
  const result = await evaluate(lab, subject.category, stopConfig(subject, stop, chosen));
  return {
    chosen,
    image: result.image.auroc,
    pixel: result.pixel.auroc,
    imageAp: result.image.ap,
    aupro: result.pixel.aupro,
    scores: result.images.map(({ score }) => score),
    seconds: result.timings.total,
  };
}

/** Both lists by `chosen`, ascending, the new one's entries in place of the old. */
function merged<Point extends ExactPoint>(old: readonly Point[], fresh: readonly Point[]): Point[] {
  const at = new Map([...old, ...fresh].map((point) => [point.chosen, point]));
  return [...at.values()].sort((a, b) => a.chosen - b.chosen);
}
