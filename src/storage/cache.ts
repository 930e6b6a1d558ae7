import { createHash } from 'node:crypto';
import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { openSafetensors, type StoredTensor, writeSafetensors } from './safetensors.js';

/**
 * Results of one kind of stage: `features`, `spans` of networks in 8 bits, `weights`, `picks`, `neighbours`, fitted `models`, `checkpoints`
 * of unfinished training, and `previews`.
 */
export type CacheKind =
  | 'features'
  | 'spans'
  | 'weights'
  | 'picks'
  | 'neighbours'
  | 'models'
  | 'checkpoints'
  | 'previews';

/** What happened so far: entries found, computed, and found damaged. */
export type CacheCounts = Partial<Record<CacheKind, { reused: number; computed: number; damaged: number }>>;

/**
 * Stage results on disk, by content: an entry's name is the hash of everything it depends on, so it never goes stale, and
 * two processes may share a folder: entries appear by renaming, and one that vanishes or is damaged is computed again.
 */
export interface Cache {
  readonly folder: string | null;
  readonly counts: CacheCounts;
  /** Hears of damaged entries. */
  warn(text: string): void;
  /** The entry, or null. @param dependsOn everything the result depends on, as JSON. */
  find(kind: CacheKind, dependsOn: unknown): Promise<Record<string, StoredTensor> | null>;
  /** Stores an entry. */
  keep(kind: CacheKind, dependsOn: unknown, tensors: Record<string, StoredTensor>): Promise<void>;
  /** Forgets an entry. */
  drop(kind: CacheKind, dependsOn: unknown): Promise<void>;
  /** The entry, or what `compute` gives, stored. */
  remember(
    kind: CacheKind,
    dependsOn: unknown,
    compute: () => Promise<Record<string, StoredTensor>>,
  ): Promise<Record<string, StoredTensor>>;
}

/** Hash of a JSON value: the name of what depends on it. */
export function contentKey(dependsOn: unknown): string {
  return createHash('sha256').update(JSON.stringify(dependsOn)).digest('hex');
}

/** Hash of an array's bytes. */
export function hashBytes({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');
}

/** Remembers nothing. */
export function noCache(): Cache {
  return {
    folder: null,
    counts: {},
    warn: () => undefined,
    find: async () => null,
    keep: async () => undefined,
    drop: async () => undefined,
    remember: (_kind, _dependsOn, compute) => compute(),
  };
}

/** Opens a cache folder; it is made when the first entry is written. @param warn told of damaged entries. */
export function openCache(folder: string, warn: (text: string) => void = () => undefined): Cache {
  const counts: CacheCounts = {};
  const count = (kind: CacheKind, what: 'reused' | 'computed' | 'damaged'): void => {
    counts[kind] ??= { reused: 0, computed: 0, damaged: 0 };
    counts[kind][what]++;
  };
  const cache: Cache = {
    folder,
    counts,
    warn,
    async find(kind, dependsOn) {
      const path = entryPath(folder, kind, contentKey(dependsOn));
      const found = await readEntry(path, (why) => {
        count(kind, 'damaged');
        warn(`cache entry ${path} is damaged (${why}); computing it again`);
      });
      count(kind, found ? 'reused' : 'computed');
      return found;
    },
    keep: (kind, dependsOn, tensors) => writeEntry(entryPath(folder, kind, contentKey(dependsOn)), tensors),
    drop: (kind, dependsOn) => rm(entryPath(folder, kind, contentKey(dependsOn)), { force: true }),
    async remember(kind, dependsOn, compute) {
      const found = await cache.find(kind, dependsOn);
      if (found) return found;
      const fresh = await compute();
      await cache.keep(kind, dependsOn, fresh);
      return fresh;
    },
  };
  return cache;
}

export function entryPath(folder: string, kind: CacheKind, key: string): string {
  return join(folder, kind, key.slice(0, 2), `${key}.safetensors`);
}

/**
 * Reads an entry and marks it used; null where there is none or, after telling `damaged`, where it is unusable.
 * @param into where tensors of a name and length that are known go; of a damaged entry something may be left there.
 */
export async function readEntry(
  path: string,
  damaged: (why: string) => void,
  into: Readonly<Record<string, Float32Array>> = {},
): Promise<Record<string, StoredTensor> | null> {
  if (!(await stat(path).catch(() => null))) return null;
  try {
    const file = await openSafetensors(path);
    try {
      const tensors: Record<string, StoredTensor> = {};
      for (const name of file.names) tensors[name] = await file.read(name, into[name]);
      if (!isWhole(tensors, file.metadata)) throw new Error('its checksum differs');
      const now = new Date();
      await utimes(path, now, now).catch(() => undefined);
      return tensors;
    } finally {
      await file.close();
    }
  } catch (error) {
    damaged((error as Error).message);
    return null;
  }
}

/** Writes an entry atomically, with checksums of its tensors; not flushed to disk, since a torn entry is recomputed. */
export async function writeEntry(path: string, tensors: Record<string, StoredTensor>): Promise<void> {
  await writeSafetensors(path, tensors, { checksum: checksum(tensors), crc32: crc(tensors) }, { flush: false });
}

/** By the CRC, which takes a fifth of the time, where there is one: entries of earlier releases have none. */
function isWhole(tensors: Record<string, StoredTensor>, metadata: Readonly<Record<string, string>>): boolean {
  if (metadata.crc32 !== undefined) return metadata.crc32 === crc(tensors);
  return metadata.checksum === checksum(tensors);
}

function checksum(tensors: Record<string, StoredTensor>): string {
  const hash = createHash('sha1');
  for (const part of partsOf(tensors)) hash.update(part);
  return hash.digest('hex');
}

function crc(tensors: Record<string, StoredTensor>): string {
  let value = 0;
  for (const part of partsOf(tensors)) value = crc32(part, value);
  return value.toString(16);
}

/** What checksums cover. */
function* partsOf(tensors: Record<string, StoredTensor>): Generator<string | Uint8Array> {
  for (const [name, { data, shape, dtype }] of Object.entries(tensors)) {
    yield `${name} ${dtype} ${shape};`;
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}

/** An entry on disk. */
export interface CacheFile {
  path: string;
  kind: string;
  bytes: number;
  /** Milliseconds since 1970 of the last use. */
  used: number;
}

/** All entries of a cache folder. Left-over temporary files count as entries of kind `temporary`. */
export async function listCache(folder: string): Promise<CacheFile[]> {
  const names = (await readdir(folder, { recursive: true }).catch(() => [])).map(String);
  const files: CacheFile[] = [];
  // Only what this module writes, so that clearing a wrong folder harms nothing.
  const own =
    /^(features|spans|weights|picks|neighbours|models|checkpoints|previews)[\\/][0-9a-f]{2}[\\/]\.?[0-9a-f]{64}\.safetensors/;
  for (const name of names.filter((entry) => own.test(entry))) {
    const path = join(folder, name);
    const info = await stat(path).catch(() => null);
    if (!info?.isFile()) continue;
    const kind = name.endsWith('.safetensors') ? name.split(/[\\/]/)[0] : 'temporary';
    files.push({ path, kind, bytes: info.size, used: info.mtimeMs });
  }
  return files;
}

/**
 * Removes the least recently used entries until the folder holds at most `limit` bytes; temporary files older than a day
 * go too (a run that was killed left them). Returns the bytes freed.
 */
export async function trimCache(folder: string, limit: number): Promise<number> {
  const files = (await listCache(folder)).sort((a, b) => a.used - b.used);
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let freed = 0;
  for (const { path, kind, bytes, used } of files) {
    const abandoned = kind === 'temporary' && Date.now() - used > 86_400_000;
    if (total <= limit && !abandoned) continue;
    if (kind === 'temporary' && !abandoned) continue;
    await rm(path, { force: true });
    total -= bytes;
    freed += bytes;
  }
  return freed;
}
