import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { gatherOutputs, type OutputGatherer } from '../../src/jupyter/notebook/saved-outputs.js';
import { type Outcome, type Session, startSession } from '../../src/jupyter/session/session.js';

/** The kernel's engine without Jupyter, as `npm run notebooks` uses it. What front ends see of it is tested in kernel.whole.test.ts. */
let session: Session;
let cell = 0;
before(() => {
  session = startSession(process.cwd());
});
after(() => session.close());

/** Runs a cell. @param stop interrupts whenever the next of these texts is printed. */
async function run(code: string, stop: string[] = []): Promise<Outcome & { outputs: OutputGatherer; text: string }> {
  const outputs = gatherOutputs(++cell, (text) => text);
  const waiting = [...stop];
  let text = '';
  const { failure, interrupted } = await session.run(cell, code, {
    ...outputs,
    stream(name, part) {
      outputs.stream(name, part);
      text += part;
      if (waiting.length === 0 || !text.includes(waiting[0])) return;
      waiting.shift();
      session.interrupt();
    },
  });
  return { failure, interrupted, outputs, text };
}
const value = async (code: string): Promise<unknown> => {
  const { failure, outputs } = await run(code);
  assert.equal(failure, null);
  return (outputs.saved().at(-1)?.data as Record<string, string[]>)?.['text/plain'].join('');
};

test('a cell that throws keeps what it declared; its error has its own line', async () => {
  const { failure } = await run(
    'const made = 1;\nfunction boom(): never {\n  throw new RangeError("on purpose");\n}\nboom();\nconst never2 = 2;',
  );
  assert.deepEqual([failure!.ename, failure!.evalue], ['RangeError', 'on purpose']);
  const text = failure!.traceback.join('\n');
  assert.match(text, /line 3, in boom/);
  assert.doesNotMatch(text, /node:|worker/);
  assert.equal(await value('made'), '1');
  assert.equal((await run('never2')).failure!.ename, 'TS2304');
});

test('an interrupt ends loops and awaits; a second one what nothing else ends, and tells what was lost', async () => {
  for (const code of ["console.log('begun'); while (true);", "console.log('begun'); await new Promise(() => {});"]) {
    const { failure, interrupted } = await run(code, ['begun']);
    assert.deepEqual([failure!.ename, interrupted], ['Interrupted', true]);
  }
  assert.equal(await value('made'), '1');
  const { failure } = await run("console.log('begun'); await 1; 'x'.repeat(100_000).match(/(x+x+)+y/);", [
    'begun',
    'Interrupt again',
  ]);
  assert.equal(failure!.ename, 'WorkerLost');
  assert.match(failure!.evalue, /Lost: made, boom\./);
  assert.equal(await value('2 * 3'), '6');
});

test('cells import this package by its name from anywhere, and what it shows reaches them', async () => {
  const { failure, outputs } = await run("import { show } from 'softpatch-lab/notebook';\nawait show([{ a: 1 }]);");
  assert.equal(failure, null);
  assert.match(JSON.stringify(outputs.saved()), /<th>a<\/th>/);
});
