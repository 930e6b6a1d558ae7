import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Cancelled, InputError } from '../errors.js';
import type { Watch } from '../progress.js';
import { writeError } from './atomic.js';

/** A place to download from; `sha256` in hex where it is known. */
export interface Source {
  url: string;
  sha256?: string;
}

export interface DownloadOptions extends Watch {
  /** Milliseconds without a byte after which a transfer counts as stalled. */
  stall?: number;
  /** Tries at each source; each resumes where the last one stopped. */
  tries?: number;
  /** Looks at the finished file before it takes its name; throws if it is not what was wanted. */
  verify?: (path: string) => Promise<void>;
  /** Told of every failed try. */
  note?: (text: string) => void;
}

/**
 * Downloads a file from the first source that delivers it whole: resumes partial files (kept beside the target, one a
 * source), retries stalls and truncations, checks the length, the SHA-256 where known, and `verify`; then renames.
 * @throws InputError listing why each source failed; Cancelled, leaving the partial file for the next run.
 */
export async function download(
  sources: readonly Source[],
  target: string,
  options: DownloadOptions = {},
): Promise<void> {
  const { tries = 3, signal, note = () => undefined, verify } = options;
  const failures: string[] = [];
  await mkdir(dirname(target), { recursive: true }).catch((error) => {
    throw writeError(target, error);
  });
  for (const source of sources) {
    const mark = createHash('sha256').update(source.url).digest('hex').slice(0, 12);
    const part = join(dirname(target), `.${basename(target)}.${mark}.part`);
    for (let attempt = 1; attempt <= tries; attempt++) {
      try {
        await transfer(source.url, part, options);
        const digest = await sha256(part);
        if (source.sha256 && digest !== source.sha256.toLowerCase()) {
          throw new Refused(`its SHA-256 is ${digest.slice(0, 16)}…, not ${source.sha256.slice(0, 16)}…`);
        }
        await verify?.(part).catch((error: Error) => {
          throw new Refused(error.message);
        });
        await rename(part, target);
        return;
      } catch (error) {
        if (signal?.aborted) throw new Cancelled('stopped on request; the partial file is kept and will be resumed');
        const known = writeError(target, error);
        if (known instanceof InputError) throw known;
        const why = `${source.url}: ${(error as Error).message}`;
        note(why);
        if (error instanceof Refused) await rm(part, { force: true });
        if (error instanceof Refused || error instanceof Absent || attempt === tries) {
          failures.push(why);
          break;
        }
      }
    }
  }
  throw new InputError(
    `could not download ${basename(target)}: ${failures.join('; ')}`,
    'Try later, or give a file or another source',
  );
}

/** The server has no such file: trying again is no use. */
class Absent extends Error {}
/** The file arrived and is wrong: the partial file is no use either. */
class Refused extends Error {}

async function transfer(
  url: string,
  part: string,
  { stall = 30_000, signal, progress }: DownloadOptions,
): Promise<void> {
  const have = existsSync(part) ? (await stat(part)).size : 0;
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  signal?.addEventListener('abort', abort);
  let timer = setTimeout(abort, stall);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(abort, stall);
  };
  try {
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (have > 0) headers.range = `bytes=${have}-`;
    const response = await fetch(url, { headers, signal: controller.signal, redirect: 'follow' });
    if (response.status === 416) {
      await rm(part, { force: true });
      throw new Error('the server refused to resume; starting over');
    }
    if (response.status >= 400 && response.status < 500) throw new Absent(`the server answered ${response.status}`);
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
    const resumed = response.status === 206 && range !== null && Number(range[1]) === have;
    if (response.status === 206 && !resumed) {
      await rm(part, { force: true });
      throw new Error('the server resumed at another place than asked; starting over');
    }
    const from = resumed ? have : 0;
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = resumed && range[3] !== '*' ? Number(range[3]) : from + length;
    const file = await open(part, resumed ? 'a' : 'w');
    let written = from;
    try {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        alive();
        await file.write(chunk);
        written += chunk.length;
        if (Number.isFinite(total)) progress?.(written, total);
      }
    } finally {
      await file.close();
    }
    if (Number.isFinite(total) && written !== total) throw new Error(`it ended after ${written} of ${total} bytes`);
  } catch (error) {
    if (controller.signal.aborted && !signal?.aborted) throw new Error(`no byte for ${stall / 1000} s`);
    const cause = (error as { cause?: Error }).cause?.message;
    throw cause && !(error instanceof InputError)
      ? Object.assign(error as Error, { message: `${(error as Error).message} (${cause})` })
      : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** SHA-256 of a file, in hex. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
