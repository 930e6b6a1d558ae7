import { head, line } from './markdown.js';

/** Seconds of a stage, and of processors it took; null where they were not told apart. */
interface Took {
  seconds: number;
  cpu: number | null;
}

/** What `npm run bench -- --against REV` writes. */
export interface AgainstFile {
  machine: { cpu: string; threads: number; node: string; load: number };
  runs: number;
  against: { commit: string; date: string };
  here: { commit: string; changed: boolean };
  rows: {
    stage: string;
    /** Null where the earlier release has no such stage. */
    before: Took | null;
    after: Took | null;
    /** Whether all bytes of the result agree; null where that was not compared. */
    same: boolean | null;
    /** Why the result is another on purpose. */
    note?: string | null;
  }[];
  /** Largest relative difference of an image score of the whole evaluation. */
  farthest: number;
}

const significant = (value: number): string => String(Number(value.toPrecision(3)));
const took = (own: Took | null): string =>
  own ? significant(own.seconds) + (own.cpu === null ? '' : ` (${significant(own.cpu)})`) : '–';

/** This release's stages beside an earlier one's, with whether results agree. */
export function againstTable({ machine, runs, against, here, rows, farthest }: AgainstFile): string {
  const lines = rows.map(({ stage, before, after, same, note }) => {
    const ratio = before && after ? `${significant(before.seconds / after.seconds)} ×` : '–';
    const work = before?.cpu && after?.cpu ? `${significant(before.cpu / after.cpu)} ×` : '–';
    const result = same === null ? '–' : same ? 'the same bytes' : `another${note ? `: ${note}` : ''}`;
    return line([stage, took(before), took(after), ratio, work, result]);
  });
  const changed = here.changed ? ' with changes' : '';
  return [
    `Commit ${against.commit.slice(0, 7)} (${against.date}) beside ${here.commit.slice(0, 7)}${changed}, medians of ${runs} runs in turns; in brackets the`,
    `seconds of processors. ${machine.cpu}, ${machine.threads} threads, Node ${machine.node}, load ${significant(machine.load)}: with a load above the`,
    'threads only ratios mean something, those of processors most. Image scores of the whole evaluation differ by at most',
    `${farthest === 0 ? 'nothing' : `${farthest.toExponential(0)} of their value`}.`,
    '',
    ...head(['stage', 'before, s', 'now, s', 'ratio', 'of work', 'result']),
    ...lines,
  ].join('\n');
}
