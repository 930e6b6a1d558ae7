import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { writeDrawnCategory } from '../../src/dataset/drawn/write.js';
import { openCategory } from '../../src/dataset/layouts.js';
import { encodePng, imageSize } from '../../src/image/codec.js';
import { loadMask } from '../../src/image/mask.js';
import { readMask } from '../../src/image/mask-file.js';
import { MASK } from '../../src/image/masks.js';
import { shareOutside } from '../../src/image/preprocess.js';
import { startThreads } from '../../src/kernels/threads.js';
import { temporaryFolder } from '../temporary.js';

test('a mask read in a thread is the one read here, with what is to be said of its file', async (t) => {
  const folder = await temporaryFolder(t);
  const threads = startThreads(1);
  t.after(() => threads.close());
  await writeDrawnCategory(folder, 'bolt', { seed: 1, train: 1, good: 1, defective: 3 }, encodePng);
  const { test: samples } = await openCategory(join(folder, 'bolt'));
  const preprocessing = { resize: 64, crop: 24, filter: 'bilinear' } as const;
  const masked = samples.filter(({ mask }) => mask);
  assert.ok(masked.length > 0);
  for (const { path, mask } of masked) {
    const job = { path, mask: mask!, preprocessing, mode: 'nearest' } as const;
    const found = await threads.run(MASK, job);
    const { mask: whole, doubts } = await readMask(mask!);
    const expected = await loadMask(mask!, { path, ...(await imageSize(path)) }, preprocessing, 'nearest');
    assert.deepEqual([...found.data], [...expected]);
    assert.deepEqual(found.doubts, doubts);
    assert.equal(found.outside, shareOutside(whole, preprocessing));
  }
  const [{ path }] = masked;
  await assert.rejects(
    threads.run(MASK, { path, mask: join(folder, 'nowhere.png'), preprocessing, mode: 'nearest' }),
    /nowhere\.png/,
  );
});
