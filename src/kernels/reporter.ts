import type { Progress } from './threads.js';

/** Hears what a long run is doing. */
export interface Reporter {
  /** A stage begins; the returned function takes its progress. */
  stage(name: string): Progress;
  /** Something worth a line. */
  note(text: string): void;
}

/** Hears nothing. */
export const SILENT: Reporter = { stage: () => () => undefined, note: () => undefined };
