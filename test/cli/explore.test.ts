import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import type { JobState } from '../../src/explore/view/jobs.js';
import { smallCategory, startExplorer } from './small-explorer.js';

/** Tells each state of work on the server, until the stream ends with it. */
async function* states(url: string): AsyncGenerator<JobState> {
  const { body } = await fetch(`${url}events`);
  let text = '';
  try {
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const events = text.split('\n\n');
      text = events.pop()!;
      for (const event of events) {
        const data = /^data: (\{.*)$/m.exec(event);
        if (data) yield JSON.parse(data[1]);
      }
    }
  } catch {
    // The server has gone.
  }
}

let root: string;
before(async () => {
  root = await smallCategory();
});
after(() => rm(root, { recursive: true, force: true }));

const stop = { judge: 'lof', k: 6, ratio: 0.1, noise: 0.25 };

for (const [during, body] of [
  ['nothing', null],
  ['an exact computation', { kind: 'curve', stop }],
] as const) {
  test(`Ctrl-C during ${during} ends explore at once, and leaves nothing behind`, async () => {
    const { child, url } = await startExplorer(root);
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
    const seen: string[] = [];
    const heard = states(url);
    if (body) {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await fetch(`${url}jobs`, { method: 'POST', headers, body: JSON.stringify(body) });
      assert.equal(answer.status, 202);
      while (!/running|done/.test(seen.at(-1) ?? '')) seen.push(String((await heard.next()).value?.status));
    }
    child.kill('SIGINT');
    assert.equal(await ended, 0);
    for await (const { status } of body ? heard : []) seen.push(status);
    assert.ok(!seen.includes('done'), `it waited for the work: ${seen}`);
    await assert.rejects(fetch(url), 'nobody listens any more');
    const files = await readdir(join(root, 'cache'), { recursive: true }).catch(() => []);
    assert.deepEqual(
      files.filter((file) => /\.tmp|partial/.test(file)),
      [],
    );
  });
}
