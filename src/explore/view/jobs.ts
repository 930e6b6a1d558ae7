/** How far a piece of background work is. */
export interface JobState {
  id: number;
  /** Equal for equal work: what is computed, and for which stop. */
  key: string;
  title: string;
  status: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  /** What it is at, and how far. */
  stage: string;
  done: number;
  total: number;
  error?: string;
}

/** What a page may ask to be computed: a stop's base, its exact curve, one exact point, the coreset's map. */
export type JobKind = 'base' | 'curve' | 'point' | 'map';
