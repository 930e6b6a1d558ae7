import { InputError } from '../errors.js';
import { htmlTable } from './html-table.js';

/** The part of danfojs-node that is used; the package is an optional peer. */
export interface DataFrame {
  readonly columns: string[];
  readonly shape: number[];
  groupby(columns: string[]): { agg(what: Record<string, string | string[]>): DataFrame };
  print(): void;
}

interface Danfo {
  DataFrame: new (rows: readonly object[]) => DataFrame;
  toJSON(frame: DataFrame, options: { format: 'column' }): Record<string, unknown>[];
}

let loaded: Promise<Danfo> | undefined;

/** @throws InputError where danfojs-node is not installed. */
export function loadDanfo(): Promise<Danfo> {
  const name = 'danfojs-node';
  loaded ??= import(name).then(
    (found: Danfo & { default?: Danfo }) => found.default ?? found,
    (error: Error) => {
      loaded = undefined;
      const why = error.message.split('\n')[0];
      throw new InputError(`danfojs-node cannot be loaded (${why})`, 'Install it with the overrides the README shows');
    },
  );
  return loaded;
}

/** Rows as a DataFrame, for notebooks and for whoever likes to go on from there. */
export async function toDanfo(rows: readonly object[]): Promise<DataFrame> {
  const { DataFrame } = await loadDanfo();
  return new DataFrame(rows);
}

/**
 * A DataFrame as an HTML table, numbers that are not whole with `digits` decimals: the package itself prints ten rows of
 * uncut floats and knows no HTML.
 */
export async function frameHtml(frame: DataFrame, digits = 3): Promise<string> {
  const { toJSON } = await loadDanfo();
  return htmlTable(frame.columns, toJSON(frame, { format: 'column' }), digits);
}

/** A group's mean, deviation (n − 1; null for a single value) and number of values. */
export interface GroupStatistics {
  group: Record<string, string>;
  mean: number;
  deviation: number | null;
  count: number;
}

/** Statistics of `value` over groups of rows, in order of first appearance. Rows whose value is null are left out. */
export async function groupStatistics(
  rows: readonly Record<string, string | number | null>[],
  by: readonly string[],
  value: string,
): Promise<GroupStatistics[]> {
  const present = rows.filter((row) => row[value] !== null);
  if (present.length === 0) return [];
  const { toJSON } = await loadDanfo();
  const frame = await toDanfo(
    present.map((row) => Object.fromEntries([...by, value].map((name) => [name, row[name]]))),
  );
  const grouped = frame.groupby([...by]).agg({ [value]: ['mean', 'std', 'count'] });
  return toJSON(grouped, { format: 'column' }).map((row) => {
    const count = Number(row[`${value}_count`]);
    return {
      group: Object.fromEntries(by.map((name) => [name, String(row[name])])),
      mean: Number(row[`${value}_mean`]),
      // danfo says 0 for a single value.
      deviation: count > 1 ? Number(row[`${value}_std`]) : null,
      count,
    };
  });
}
