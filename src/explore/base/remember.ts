import { stat } from 'node:fs/promises';
import { type Cache, contentKey, entryPath } from '../../storage/cache.js';
import type { StoredTensor } from '../../storage/safetensors.js';
import type { BaseParts } from './parts.js';

/** Whether the base of a key is remembered, without reading it. */
export async function isRemembered({ folder }: Cache, key: unknown): Promise<boolean> {
  if (!folder || key === null) return false;
  return (await stat(entryPath(folder, 'previews', contentKey(key))).catch(() => null)) !== null;
}

/** The remembered parts of a key, or null. */
export async function findParts(cache: Cache, key: unknown): Promise<BaseParts | null> {
  const found = key === null ? null : await cache.find('previews', key);
  if (!found) return null;
  const { facts, suspected, counts, ...arrays } = found;
  const { cut, coreset } = JSON.parse(new TextDecoder().decode(facts.data as Uint8Array));
  return {
    cut,
    coreset,
    arrays: {
      weights: arrays.weights.data as Float32Array,
      suspected: suspected.data as Uint8Array,
      picks: arrays.picks.data as Int32Array,
      counts: counts.data as Uint8Array,
      from: arrays.from.data as Float32Array,
      score: arrays.score.data as Float32Array,
    },
  };
}

/** Remembers parts under a key. */
export async function keepParts(cache: Cache, key: unknown, { cut, coreset, arrays }: BaseParts): Promise<void> {
  if (key === null) return;
  const facts = new TextEncoder().encode(JSON.stringify({ cut, coreset }));
  const tensors = Object.entries({ facts, ...arrays }).map(([name, data]): [string, StoredTensor] => {
    const dtype = data instanceof Float32Array ? 'F32' : data instanceof Int32Array ? 'I32' : 'U8';
    return [name, { dtype, shape: [data.length], data }];
  });
  await cache.keep('previews', key, Object.fromEntries(tensors));
}
