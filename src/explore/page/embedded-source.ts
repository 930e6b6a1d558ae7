import type { Base } from '../view/base.js';
import type { CoresetMap } from '../view/coreset-map.js';
import { type Packable, unpack } from '../view/pack.js';
import type { Saved } from '../view/saved.js';
import { stopKey } from '../view/stop.js';
import type { Source } from './source.js';

/** What was saved within the page. */
export async function embeddedSource(text: string): Promise<Source> {
  const { session, state, bases, maps, exacts, pictures } = JSON.parse(text) as Saved;
  const at = <T>(packed: Readonly<Record<string, T>>, key: string): T | undefined =>
    Object.hasOwn(packed, key) ? packed[key] : undefined;
  return {
    session,
    saved: state,
    async base(stop) {
      const packed = at(bases, stopKey(stop));
      return packed === undefined
        ? null
        : (unpack<object, Record<string, Packable>>(await inflate(packed)) as unknown as Base);
    },
    exact: async (stop) => at(exacts, stopKey(stop)) ?? { curve: [], points: [] },
    async map(stop) {
      const packed = at(maps, stopKey(stop));
      return packed === undefined ? null : (unpack(await inflate(packed)) as CoresetMap);
    },
    picture: (name) => at(pictures, name),
    ready: async () => Object.keys(bases),
    live: null,
  };
}

/** Gzipped bytes in base64. */
async function inflate(base64: string): Promise<Uint8Array> {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
