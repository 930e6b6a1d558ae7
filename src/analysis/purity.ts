import { checkIndices, checkWhole } from '../arguments.js';
/** Share of defect patches among the first picks of a coreset. */
export interface PurityRow {
  method: string;
  /** Picks so far. */
  picked: number;
  /** Share of them that are defect patches by mask. */
  share: number;
}

/**
 * How the share of defect patches grows along a coreset's picks, one row every `step` picks: greedy selection takes
 * outliers early, so its curve climbs far above their share of all patches (the paper's argument for denoising before the coreset).
 * @param picks rows in order of selection. @param defects [patches] of 1 and 0, from `defectPatches`.
 */
export function purityAlongPicks(method: string, picks: Int32Array, defects: Uint8Array, step = 5): PurityRow[] {
  checkIndices('picks', picks, defects.length);
  checkWhole('step', step, 1);
  const rows: PurityRow[] = [];
  let found = 0;
  picks.forEach((pick, i) => {
    found += defects[pick];
    const picked = i + 1;
    if (picked % step === 0 || picked === picks.length) rows.push({ method, picked, share: found / picked });
  });
  return rows;
}
