import { gzipSync } from 'node:zlib';
import { head, pageFiles } from '../server/html.js';
import { BASE_ARRAYS, type Base } from '../view/base.js';
import type { CoresetMap } from '../view/coreset-map.js';
import type { Exact } from '../view/exact.js';
import { pack } from '../view/pack.js';
import type { Session } from '../view/session.js';
import type { ViewState } from '../view/state.js';
import { JUDGES, type Stop, stopKey } from '../view/stop.js';
import type { EmbeddedPicture } from './pictures.js';

/** A stop with what is known of it. */
export interface SavedStop {
  base: Base;
  map: CoresetMap | null;
  exact: Exact;
}

/** What a page holds that stands by itself. */
export interface PageParts {
  session: Session;
  state: ViewState;
  stops: readonly SavedStop[];
  pictures: AsyncIterable<EmbeddedPicture>;
}

/** Nothing is loaded from elsewhere, and nothing may be. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'";

/** The page as one HTML file that needs no server. @yields it in pieces, for it may be large. */
export async function* savedPage({ session, state, stops, pictures }: PageParts): AsyncGenerator<string> {
  const { script, style } = await pageFiles();
  const own = { ...session, stops: stopsOf(stops.map(({ base }) => base.stop)) };
  const packed = stops.map(({ base, map, exact }) => ({
    key: stopKey(base.stop),
    base: packBase(base),
    map: map && packed64({}, map),
    exact,
  }));
  const table = (of: (stop: (typeof packed)[number]) => unknown): string =>
    json(Object.fromEntries(packed.map((stop) => [stop.key, of(stop)]).filter(([, value]) => value !== null)));
  yield `${head(session.category)}<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<style>${style}</style></head>
<body><div id="app"></div>
<script type="application/json" id="data">{"session":${json(own)},"state":${json(state)},"bases":${table(({ base }) => base)},`;
  yield `"maps":${table(({ map }) => map)},"exacts":${table(({ exact }) => exact)},"pictures":{`;
  let between = '';
  for await (const { name, url } of pictures) {
    yield `${between}${json(name)}:${json(url)}`;
    between = ',';
  }
  yield `}}</script>
<script>${script}</script>
</body></html>
`;
}

/** JSON within a script element: no `<` can end it. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function packBase(base: Base): string {
  const arrays = Object.fromEntries(BASE_ARRAYS.map((name) => [name, base[name]]));
  const facts = Object.fromEntries(Object.entries(base).filter(([name]) => !(name in arrays)));
  return packed64(facts, arrays);
}

const packed64 = (...parts: Parameters<typeof pack>): string => gzipSync(pack(...parts)).toString('base64');

/** The values to choose among where only these stops are at hand. */
function stopsOf(stops: readonly Stop[]): Session['stops'] {
  const ascending = (values: number[]): number[] => [...new Set(values)].sort((a, b) => a - b);
  return {
    judges: JUDGES.filter((name) => stops.some(({ judge }) => judge === name)),
    ks: ascending(stops.filter(({ judge }) => judge === 'lof').map(({ k }) => k)),
    ratios: ascending(stops.map(({ ratio }) => ratio)),
    noises: ascending(stops.map(({ noise }) => noise)),
  };
}
