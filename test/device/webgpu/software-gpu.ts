import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { softwareVulkan } from '../../software-vulkan.js';

/**
 * What a child prints last, run over the software driver with a seed of its own; null, with the test skipped, where there is no such
 * driver. @param child a file beside this one.
 */
export async function runOnSoftwareGpu<Report extends { about: string }>(
  t: TestContext,
  child: string,
  ...args: readonly string[]
): Promise<Report | null> {
  const env = await softwareVulkan();
  if (typeof env === 'string') {
    t.skip(env);
    return null;
  }
  const seed = process.pid;
  const file = fileURLToPath(new URL(child, import.meta.url));
  const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((done) => {
    execFile(process.execPath, [file, String(seed), ...args], { env: { ...process.env, ...env } }, (_error, out, err) =>
      done({ stdout: out, stderr: err }),
    );
  });
  const last = stdout.trim().split('\n').at(-1);
  assert.ok(last?.startsWith('{') === true, stderr);
  const report = JSON.parse(last!) as Report;
  t.diagnostic(`${report.about}, seed ${seed}`);
  return report;
}
