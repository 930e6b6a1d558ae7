import type { Resources } from '../../engine/resources.js';
import { contentKey, hashBytes } from '../../storage/cache.js';
import { gather, type LazyBank } from '../bank.js';
import type { Doubts } from './fitted.js';
import type { Inspection } from './inspect.js';
import { othersOf } from './judge.js';
import { type SecondLook, secondLooks } from './second-looks.js';
import { startingBank, type WitnessSettings } from './settings.js';

/** Second looks beside all rows of an inspection's coreset. @throws Cancelled. */
export async function looksOf(
  lab: Resources,
  { patches, bank: { picks }, groups, others }: Inspection,
  settings: WitnessSettings,
): Promise<SecondLook[]> {
  const { others: m, witnesses } = settings;
  if (witnesses < 2) return [];
  const found = others ?? (await othersOf(lab, { patches, picks, groups }, m)).others;
  return secondLooks(found, { picks, positions: patches.positions, groups, m, witnesses });
}

/**
 * What a detector with doubts searches (docs/cleaning.md 5): the coreset, then the second looks beside doubted rows, doubted like them.
 * @param doubted [rows] of 1 and 0, of the coreset. @throws Cancelled.
 */
export async function searchedRows(
  lab: Resources,
  inspection: Inspection,
  doubted: Uint8Array,
  settings: WitnessSettings,
): Promise<{ bank: LazyBank; doubts: Doubts }> {
  const { patches, bank, groups } = inspection;
  const all = doubted.includes(1) ? await looksOf(lab, inspection, settings) : [];
  const beside = all.filter(({ row }) => doubted[row] === 1);
  const looks = [...new Set(beside.map(({ patch }) => patch))].sort((a, b) => a - b);
  const picks = Int32Array.from([...bank.picks, ...looks]);
  const { dimensions, positions } = patches;
  const config = startingBank(settings);
  return {
    bank: {
      picks,
      weights: null,
      key: contentKey([bank.key, hashBytes(picks)]),
      load: async () => gather({ rows: await patches.rows(), dimensions }, picks, null, config),
    },
    doubts: {
      groups: Int32Array.from(picks, (pick) => groups[Math.floor(pick / positions)]),
      doubted: Uint8Array.from(picks, (_, row) => doubted[row] ?? 1),
      witnesses: settings.witnesses,
    },
  };
}
