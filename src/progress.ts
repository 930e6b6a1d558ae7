/** Progress of a long step: done of total, in its own unit. */
export type Progress = (done: number, total: number) => void;

/** What a long computation may be told from outside. */
export interface Watch {
  progress?: Progress;
  signal?: AbortSignal;
}

/** Hears what a long run is doing. */
export interface Reporter {
  /** A stage begins; the returned function takes its progress. */
  stage(name: string): Progress;
  /** Something worth a line. */
  note(text: string): void;
}

/** Hears nothing. */
export const SILENT: Reporter = { stage: () => () => undefined, note: () => undefined };
