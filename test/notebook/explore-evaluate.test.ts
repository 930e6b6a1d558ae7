import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { explore } from '../../src/notebook/explore.js';
import { type Lesson, openLesson } from '../../src/notebook/lesson.js';
import { describe } from '../../src/notebook/show/show.js';

let folder: string;
let lesson: Lesson;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'softpatch-explore-'));
  process.env.SOFTPATCH_LESSON = folder;
  lesson = await openLesson({ size: 32, weights: 'random', engine: 'wasm' });
});
after(async () => {
  delete process.env.SOFTPATCH_LESSON;
  await lesson.close();
  await rm(folder, { recursive: true, force: true });
});

test('explore shows a result in a frame that reaches nothing of the notebook', async () => {
  const config = lesson.config({ method: 'softpatch-lof', settings: { ratio: 0.5 } });
  const cell = await explore(await lesson.evaluate(config), lesson, { height: 500, address: 'http://127.0.0.1:1/"x/' });
  const bundle = await describe(cell);
  assert.equal(bundle['text/plain'], 'SoftPatch explorer: bracket');
  const html = String(bundle['text/html']);
  const [, link, sandbox, page, style] =
    /^<p><a href="([^"]*)"[^>]*>[^<]*<\/a><\/p><iframe title="[^"]*" sandbox="([^"]*)" srcdoc="([^"]*)" style="([^"]*)"><\/iframe>$/.exec(
      html,
    )!;
  assert.equal(link, 'http://127.0.0.1:1/&#34;x/');
  assert.equal(sandbox, 'allow-scripts allow-downloads');
  assert.match(style, /height:500px/);
  const own = page.replaceAll('&quot;', '"').replaceAll('&amp;', '&');
  const [, json] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(own)!;
  assert.equal(JSON.parse(json).session.category, 'bracket');
});

test('explore refuses what has no cut', async () => {
  const result = await lesson.evaluate(lesson.config({ method: 'patchcore', settings: { ratio: 0.5 } }));
  await assert.rejects(explore(result, lesson), /the result is of patchcore, which has no cut to look at/);
});
