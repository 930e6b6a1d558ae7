import type { Cache } from '../storage/cache.js';
import type { StoredTensor } from '../storage/safetensors.js';

/** Raise when what is remembered of a family changes. */
const VERSION = 1;
/** Banks of a family that are remembered: each more makes the parts that are searched smaller, and more of them. */
const MOST = 2;

/** A bank whose rows are numbered as those of another. */
export interface Relative {
  key: string;
  picks: Int32Array;
}

/** The banks of a family that were searched last, the latest first. */
export async function findRelatives(cache: Cache, family: string): Promise<Relative[]> {
  const found = await cache.peek('neighbours', ['relatives', VERSION, family]);
  return Object.entries(found ?? {}).map(([key, { data }]) => ({ key, picks: data as Int32Array }));
}

/** Remembers that a bank was searched, before all others. */
export async function keepRelative(cache: Cache, family: string, bank: Relative): Promise<void> {
  const others = (await findRelatives(cache, family)).filter(({ key }) => key !== bank.key);
  const all = [bank, ...others].slice(0, MOST);
  const tensors = all.map(({ key, picks }): [string, StoredTensor] => [
    key,
    { dtype: 'I32', shape: [picks.length], data: picks },
  ]);
  await cache.keep('neighbours', ['relatives', VERSION, family], Object.fromEntries(tensors));
}
