import type { Decision } from '../system.js';
import type { Verdict } from './verdict.js';

/** A verdict as plain values, with its reasons. @param doubtedRows coreset rows among the doubted patches. */
export function decisionOf({ share, interval, opinions, suspected, doubted }: Verdict, doubtedRows: number): Decision {
  const suspects = [...suspected.keys()].filter((image) => suspected[image] === 1);
  return {
    cleans: opinions.some(({ heard }) => heard),
    share,
    interval,
    judges: opinions.map(({ judge, heard, price, sparing, from, interval: own, tail }) => ({
      name: judge,
      heard,
      price,
      sparing,
      from,
      interval: own,
      tail,
    })),
    suspects: suspects
      .map((image) => {
        const against = opinions.filter((opinion) => opinion.suspects[image] === 1);
        const { judge, deviations, pValues } = against.sort((a, b) => b.deviations[image] - a.deviations[image])[0];
        return { image, judge, deviations: deviations[image], pValue: pValues[image] };
      })
      .sort((a, b) => b.deviations - a.deviations),
    doubtedPatches: doubted?.reduce((sum, flag) => sum + flag, 0) ?? 0,
    doubtedRows,
  };
}

/** A line for people. @param rows coreset rows, where the doubted among them are worth saying. */
export function decisionNote({ cleans, share, interval, suspects, doubtedRows }: Decision, rows?: number): string {
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  if (!cleans) {
    const most = percent(interval[1]);
    const free =
      doubtedRows > 0
        ? `${doubtedRows} of ${rows} coreset rows that no image needs want witnesses`
        : 'nothing is doubted';
    return `no dirt shows among the images (at most ${most} by the tail)${rows ? `; ${free}` : ''}`;
  }
  return (
    `about ${percent(share)} of the images look dirty (${percent(interval[0])} … ${percent(interval[1])}), ` +
    `${suspects.length} are suspected${rows ? `; ${doubtedRows} of ${rows} coreset rows need witnesses` : ''}`
  );
}
