import type { Exact } from './exact.js';
import type { Session } from './session.js';
import type { ViewState } from './state.js';

/** What a page that stands by itself holds; stops by their keys. */
export interface Saved {
  session: Session;
  state: ViewState;
  /** Packed, gzipped, in base64. */
  bases: Record<string, string>;
  maps: Record<string, string>;
  exacts: Record<string, Exact>;
  /** Data URLs by the images' names. */
  pictures: Record<string, string>;
}
