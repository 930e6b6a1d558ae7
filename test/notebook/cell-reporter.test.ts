import assert from 'node:assert/strict';
import test from 'node:test';
import type { CellHost, DisplayOptions, MimeBundle } from '../../src/notebook/cell-host.js';
import { cellReporter, progressLine } from '../../src/notebook/cell-reporter.js';

/** A cell that writes down what it is shown. */
function listen(): { host: CellHost; shown: { text: unknown; options: DisplayOptions }[]; to(cell: number): void } {
  const shown: { text: unknown; options: DisplayOptions }[] = [];
  let cell = 1;
  const host: CellHost = {
    get cell() {
      return cell;
    },
    signal: undefined,
    display: (bundle: MimeBundle, options: DisplayOptions = {}) =>
      void shown.push({ text: bundle['text/plain'], options }),
  };
  return { host, shown, to: (next) => (cell = next) };
}

test('progressLine(stage) is name, bar of 24, per cent and the time left at this pace', () => {
  const line = progressLine({ name: 'coreset', begun: 0, done: 1, total: 4 }, 5000);
  assert.equal(line, `coreset ${'━'.repeat(6)}${'─'.repeat(18)}  25 %, 15 s left`);
  assert.equal(progressLine({ name: 'x', begun: 0, done: 0, total: 0 }, 1), `x ${'━'.repeat(24)} 100 %`);
});

test('cellReporter: one display, updated at most five times a second, empty when the last stage is done', () => {
  let now = 0;
  const { host, shown } = listen();
  const reporter = cellReporter(
    () => host,
    () => now,
  );
  const stage = reporter.stage('train features');
  const other = reporter.stage('weights');
  for (let i = 1; i <= 100; i++) {
    now += 20;
    stage(i, 100);
    other(Math.min(i, 50), 50);
  }
  assert.ok(shown.length >= 5 && shown.length <= 10, String(shown.length));
  assert.equal(shown[0].options.update, false);
  assert.equal(new Set(shown.map(({ options }) => options.id)).size, 1);
  assert.ok(shown.slice(1).every(({ options }) => options.update && options.passing));
  assert.match(String(shown[0].text), /^train features .* 2\d %.*\nweights/);
  assert.equal(shown.at(-1)!.text, '');
});

test('cellReporter: a short stage is never shown; another cell gets a display of its own', () => {
  let now = 0;
  const { host, shown, to } = listen();
  const reporter = cellReporter(
    () => host,
    () => now,
  );
  const short = reporter.stage('short');
  now = 300;
  short(1, 2);
  short(2, 2);
  assert.equal(shown.length, 0);
  for (const cell of [1, 2]) {
    to(cell);
    const stage = reporter.stage('long');
    now += 1000;
    stage(1, 2);
    stage(2, 2);
  }
  assert.deepEqual(
    shown.map(({ options: { update } }) => update),
    [false, true, false, true],
  );
  assert.equal(new Set(shown.map(({ options }) => options.id)).size, 2);
});

test('cellReporter: outside of notebooks progress is silent', () => {
  const stage = cellReporter(() => undefined).stage('x');
  stage(1, 2);
  stage(2, 2);
});
