import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { download } from '../../src/storage/download.js';
import { below, temporaryFolder } from '../temporary.js';

const CONTENT = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 31) % 251));
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

/** A server whose paths misbehave each in its own way; it remembers the ranges asked for. */
async function serve(context: TestContext): Promise<{ url: (path: string) => string; ranges: string[] }> {
  const ranges: string[] = [];
  const tries = new Map<string, number>();
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url!;
    const attempt = (tries.get(path) ?? 0) + 1;
    tries.set(path, attempt);
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (request.headers.range) ranges.push(request.headers.range);
    const rest = (start: number, claimed = start): void => {
      const body = CONTENT.subarray(start);
      const headers: Record<string, string> = { 'content-length': String(body.length) };
      if (from > 0) headers['content-range'] = `bytes ${claimed}-${CONTENT.length - 1}/${CONTENT.length}`;
      response.writeHead(from > 0 ? 206 : 200, headers).end(body);
    };
    if (path === '/good') rest(from);
    else if (path === '/missing') response.writeHead(404).end();
    else if (path === '/broken') response.writeHead(503).end();
    else if (path === '/wrong') response.end(Buffer.from(CONTENT).fill(7, 1000));
    else if (path === '/stalls' || path === '/truncates') {
      if (attempt > 1) rest(from);
      else {
        response.writeHead(200, { 'content-length': String(CONTENT.length) });
        response.write(CONTENT.subarray(0, 60_000), () => {
          // A pause, so that the bytes have arrived before the connection breaks.
          if (path === '/truncates') setTimeout(() => response.destroy(), 100);
        });
      }
    } else if (path === '/lies') rest(from === 0 ? 0 : 0, from === 0 ? 0 : 5);
    else if (path === '/ignores') response.writeHead(200, { 'content-length': String(CONTENT.length) }).end(CONTENT);
    else if (path === '/stuck') response.writeHead(200, { 'content-length': '10' }).write('x');
  };
  const server = createServer(handle).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: (path) => `http://127.0.0.1:${port}${path}`, ranges };
}

for (const path of ['/good', '/stalls', '/truncates']) {
  test(`download(${path}) delivers the whole file`, async (t) => {
    const { url, ranges } = await serve(t);
    const folder = await temporaryFolder(t);
    const seen: number[] = [];
    const progress = (done: number): void => void seen.push(done);
    await download([{ url: url(path), sha256: SHA256 }], join(folder, 'w'), { stall: 1000, progress });
    assert.deepEqual(await readFile(join(folder, 'w')), CONTENT);
    assert.deepEqual(await below(folder), ['w']);
    assert.equal(seen.at(-1), CONTENT.length);
    if (path !== '/good') assert.ok(ranges.length >= 1, 'it resumed instead of starting over');
  });
}

test('download falls over to the next source and says why each one failed', async (t) => {
  const { url } = await serve(t);
  const folder = await temporaryFolder(t);
  const notes: string[] = [];
  const sources = ['/missing', '/broken', '/wrong', '/good'].map((path) => ({ url: url(path), sha256: SHA256 }));
  await download(sources, join(folder, 'w'), { note: (text) => notes.push(text) });
  assert.deepEqual(await readFile(join(folder, 'w')), CONTENT);
  assert.match(
    notes.join('\n'),
    /missing: the server answered 404[\s\S]*broken: the server answered 503[\s\S]*wrong: its SHA-256 is/,
  );
});

test('download starts over when a server resumes at the wrong place or ignores the range', async (t) => {
  const { url } = await serve(t);
  for (const path of ['/lies', '/ignores']) {
    const folder = await temporaryFolder(t);
    const mark = createHash('sha256').update(url(path)).digest('hex').slice(0, 12);
    await writeFile(join(folder, `.w.${mark}.part`), 'garbage from before');
    await download([{ url: url(path), sha256: SHA256 }], join(folder, 'w'));
    assert.deepEqual(await readFile(join(folder, 'w')), CONTENT);
  }
});

test('download fails with every reason and no file when no source delivers', async (t) => {
  const { url } = await serve(t);
  const folder = await temporaryFolder(t);
  const sources = [{ url: url('/missing') }, { url: url('/wrong'), sha256: SHA256 }];
  await assert.rejects(download(sources, join(folder, 'w')), /could not download w: .*404.*SHA-256/s);
  assert.deepEqual(await below(folder), []);
});

test('download runs verify before the file takes its name', async (t) => {
  const { url } = await serve(t);
  const folder = await temporaryFolder(t);
  const verify = async (): Promise<void> => {
    throw new Error('no weights inside');
  };
  await assert.rejects(download([{ url: url('/good') }], join(folder, 'w'), { verify }), /no weights inside/);
  assert.deepEqual(await below(folder), []);
});

test('download stops on request and keeps the partial file', async (t) => {
  const { url } = await serve(t);
  const folder = await temporaryFolder(t);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 200);
  await assert.rejects(
    download([{ url: url('/stuck') }], join(folder, 'w'), { signal: controller.signal }),
    /stopped on request/,
  );
  assert.match((await below(folder)).join(), /^\.w\..*\.part$/);
});
