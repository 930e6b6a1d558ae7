import { InputError } from '../../errors.js';
import { bankToGraph } from '../bank-onnx.js';
import { fittedBank, patchcoreReading, restoredBank, searchableBank } from '../bank-system.js';
import { imageScores } from '../image-scores.js';
import { checkProfile } from '../settings.js';
import type { System } from '../system.js';
import { decisionNote, decisionOf } from './decision.js';
import { fittedWitness } from './fitted.js';
import { inspectTraining } from './inspect.js';
import { searchedRows } from './searched-rows.js';
import { startingBank, witnessSettings } from './settings.js';
import { witnessToGraph } from './witness-onnx.js';
import { indexWitnessed } from './witnessed.js';

const PROFILES: readonly string[] = ['default'];

/**
 * PatchCore with witnesses (docs/cleaning.md): images are compared with each other, and where that shows dirt, patches that
 * no other image resembles count only where several images agree. Where it shows none,
 * only what no training image needs is doubted; with no such row this is PatchCore exactly.
 */
export const WITNESS: System = {
  name: 'witness',
  about: 'PatchCore; where images look dirty, odd patches need a second image as witness',
  profiles: PROFILES,
  reading: patchcoreReading,
  settings(profile, set) {
    checkProfile('witness', PROFILES, profile);
    return witnessSettings(set);
  },
  async fit(lab, reader, train, set, { random }) {
    const settings = witnessSettings(set);
    const { compute, reporter, signal, threads } = lab;
    const inspection = await inspectTraining(lab, reader, train, settings, random);
    const { patches, bank, trace, groups, verdict } = inspection;
    const { positions } = patches;
    const config = startingBank(settings);
    const doubted = Uint8Array.from(bank.picks, (pick) => verdict.doubted?.[pick] ?? 0);
    const count = doubted.reduce((sum, flag) => sum + flag, 0);
    const decision = decisionOf(verdict, count);
    const { bank: searched, doubts } = await searchedRows(lab, inspection, doubted, settings);
    threads.release();
    const fitted =
      count > 0
        ? { ...fittedWitness(lab, reader, searched, doubts, trace, config), bank }
        : fittedBank(lab, reader, bank, trace, config);
    return {
      ...fitted,
      decision,
      notes: [decisionNote(decision, bank.picks.length)],
      async leaveOut(images) {
        const rows = await patches.rows();
        const index = await indexWitnessed(
          compute,
          { rows: (await searched.load()).rows, ...doubts },
          settings.witnesses,
        );
        const progress = reporter.stage('calibrate');
        const scores = new Float32Array(images.length);
        const each = positions * patches.dimensions;
        for (const [i, image] of images.entries()) {
          const own = new Int32Array(positions).fill(groups[image]);
          const found = await index.distances(rows.subarray(image * each, (image + 1) * each), own, { signal });
          scores.set(imageScores(found, positions), i);
          progress(i + 1, images.length);
        }
        return scores;
      },
    };
  },
  addToGraph(start) {
    const { groups, doubted } = start.tensors;
    const settings = witnessSettings(start.settings);
    const bank = restoredBank(start.tensors);
    if (!doubted) return bankToGraph(start, bank, startingBank(settings));
    const marks = { groups: groups.data as Int32Array, doubted: Uint8Array.from(doubted.data as Int32Array) };
    return witnessToGraph(start, { rows: bank.rows, ...marks }, settings.witnesses);
  },
  async restore(lab, reader, tensors, set) {
    const settings = witnessSettings(set);
    const lazy = searchableBank(tensors);
    const { groups, doubted } = tensors;
    if (!doubted) return fittedBank(lab, reader, lazy, null, startingBank(settings));
    if (groups?.data.length !== lazy.picks.length || doubted.data.length !== lazy.picks.length) {
      throw new InputError('the witnesses do not fit the memory bank', 'Fit the detector again');
    }
    const doubts = {
      groups: groups.data as Int32Array,
      doubted: Uint8Array.from(doubted.data as Int32Array),
      witnesses: settings.witnesses,
    };
    return fittedWitness(lab, reader, lazy, doubts, null, startingBank(settings));
  },
};
