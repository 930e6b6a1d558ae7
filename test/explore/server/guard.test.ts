import assert from 'node:assert/strict';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import test, { after, before } from 'node:test';
import { refusal } from '../../../src/explore/server/guard.js';
import { type Served, serveRoom } from '../../../src/explore/server/serve.js';
import { emptyRoom } from '../room.js';

let served: Served;
let at: URL;
const asked: string[] = [];
before(async () => {
  served = await serveRoom(emptyRoom(asked));
  at = new URL(served.url);
});
after(() => served.close());

/** An answer to a request whose path and headers are sent as they are. */
function send(path: string, options: RequestOptions = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { headers, ...rest } = options;
    const host = `127.0.0.1:${at.port}`;
    const asking = request({ host: '127.0.0.1', port: at.port, path, ...rest, headers: { host, ...headers } }, resolve);
    asking.on('upgrade', (answer, socket) => {
      socket.destroy();
      resolve(answer);
    });
    asking.on('error', reject);
    asking.end();
  });
}

const statusOf = async (...args: Parameters<typeof send>): Promise<number | undefined> => {
  const answer = await send(...args);
  answer.destroy();
  return answer.statusCode;
};
const own = (path: string): string => `${at.pathname}${path}`;

test('the page listens on this machine alone, on a free port, below a token of 144 bits', () => {
  assert.equal(at.hostname, '127.0.0.1');
  assert.match(at.pathname, /^\/[\w-]{24}\/$/);
});

test('with the token the page, its session and its images are given', async () => {
  for (const path of ['', 'session', 'ready', 'picture?name=test%2Fgood%2F000.png']) {
    assert.equal(await statusOf(own(path)), 200, path);
  }
});

test('a request without the token, or with another, is refused whatever it asks for', async () => {
  for (const path of [
    '/',
    '/session',
    '/events',
    `/x${at.pathname.slice(2)}session`,
    `${at.pathname.slice(0, -2)}/session`,
    '/../',
    '//',
  ]) {
    assert.equal(await statusOf(path), 403, path);
  }
  assert.equal(await statusOf('/jobs', { method: 'POST' }), 403);
});

test('a foreign host is refused, so that no name that was made to point here reads the page', async () => {
  for (const host of ['evil.example', `evil.example:${at.port}`, '127.0.0.1.evil.example', 'localhost.evil.example']) {
    assert.equal(await statusOf(own('session'), { headers: { host } }), 403, host);
  }
  assert.equal(await statusOf(own('session'), { headers: { host: `localhost:${at.port}` } }), 200);
});

test('a stream of events or a WebSocket from another origin is refused', async () => {
  for (const origin of [
    'http://evil.example',
    'null',
    `http://localhost:${at.port}`,
    `https://127.0.0.1:${at.port}`,
    'http://127.0.0.1:1',
  ]) {
    assert.equal(await statusOf(own('events'), { headers: { origin } }), 403, origin);
    assert.equal(await statusOf(own('jobs'), { method: 'POST', headers: { origin } }), 403, origin);
  }
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'sec-websocket-version': '13',
  };
  assert.equal(await statusOf(own('events'), { headers: upgrade }), 403);
  assert.equal(await statusOf(own('events'), { headers: { ...upgrade, origin: 'http://evil.example' } }), 403);
  assert.equal(await statusOf(own('events'), { headers: { 'sec-fetch-site': 'cross-site' } }), 403);
  const mine = { origin: `http://127.0.0.1:${at.port}`, 'sec-fetch-site': 'same-origin' };
  assert.equal(await statusOf(own('events'), { headers: mine }), 200);
});

test('no way out of the data folder: dots in the path lose the token, dots in a name find no image', async () => {
  for (const path of ['../session', '%2e%2e/session', '../../etc/passwd', 'picture/../../etc/passwd']) {
    assert.notEqual(await statusOf(own(path)), 200, path);
  }
  for (const name of ['../../etc/passwd', 'test/good/../../../x.png', '/etc/passwd', 'test\\..\\..\\x', '']) {
    assert.equal(await statusOf(own(`picture?name=${encodeURIComponent(name)}`)), 403, name);
  }
});

test('what is no stop or no work is refused before anything happens', async () => {
  for (const path of [
    'base',
    'base?judge=magic&k=1&ratio=0.1&noise=0',
    'base?judge=lof&k=6&ratio=2&noise=0',
    'map?judge=lof',
  ]) {
    assert.equal(await statusOf(own(path)), 400, path);
  }
});

test('no other page may hold this one, run a script in it or read from it', async () => {
  const answer = await send(own(''));
  answer.destroy();
  assert.match(String(answer.headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/);
  assert.doesNotMatch(String(answer.headers['content-security-policy']), /script-src[^;]*unsafe/);
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  assert.equal(answer.headers['cross-origin-resource-policy'], 'same-origin');
  assert.equal(answer.headers['access-control-allow-origin'], undefined);
});

test('refusal says why', () => {
  const knock = { host: '127.0.0.1:80', origin: undefined, site: undefined, path: '/abc/', upgrade: undefined };
  assert.equal(refusal(knock, 'abc'), null);
  assert.match(refusal(knock, 'abd')!, /token/);
  assert.match(refusal({ ...knock, host: undefined }, 'abc')!, /host/);
  assert.match(refusal({ ...knock, origin: 'http://a' }, 'abc')!, /another page/);
  assert.match(refusal({ ...knock, site: 'same-site' }, 'abc')!, /another site/);
});
