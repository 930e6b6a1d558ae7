import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A folder that is removed when the test ends. */
export async function temporaryFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'softpatch-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Names of everything below a folder: to see that nothing half-written stayed. */
export async function below(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).map(String).sort();
}
