import type { Stop, Stops } from './stop.js';

/** What a page is told first. */
export interface Session {
  category: string;
  /** Stops to choose among. */
  stops: Stops;
  /** Where it begins. */
  start: Stop & { chosen: number | null };
  /** Options that any command line which reproduces this needs, e.g. `--data`, `data/mvtec`. */
  options: string[];
  /** What one should know, e.g. that the network's weights are random. */
  notes: string[];
  version: string;
}
