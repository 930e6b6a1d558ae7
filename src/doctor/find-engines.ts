import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { explainFailure } from '../engine/explain-failure.js';
import { ENGINES, PROVIDERS, type Provider } from '../engine/names.js';
import type { EngineFinding } from './engine-probe.js';

const CHILD = fileURLToPath(new URL('./engine-probe-child.js', import.meta.url));
/** Seconds an engine may take to start, be checked and be timed. */
const PATIENCE = 120;

/** Everything that may be asked for, in the order in which `auto` looks, onnxruntime's providers behind it. */
export function probedEngines(platform: NodeJS.Platform = process.platform): EngineFinding['engine'][] {
  const own: Partial<Record<NodeJS.Platform, Provider[]>> = {
    linux: ['cuda', 'webgpu'],
    win32: ['cuda', 'dml', 'webgpu'],
    darwin: ['coreml', 'webgpu'],
  };
  const providers = own[platform] ?? PROVIDERS.filter((provider) => provider !== 'cpu');
  return ENGINES.flatMap((name): EngineFinding['engine'][] =>
    name === 'onnx' ? [name, ...providers.map((provider) => `onnx:${provider}` as const)] : [name],
  );
}

/**
 * Probes engines one after another, each in a process of its own.
 * @param progress hears each before it is probed.
 */
export async function findEngines(
  engines: readonly EngineFinding['engine'][] = probedEngines(),
  progress: (engine: string, done: number) => void = () => {},
): Promise<EngineFinding[]> {
  const findings: EngineFinding[] = [];
  for (const [i, engine] of engines.entries()) {
    progress(engine, i);
    findings.push(await probed(engine));
  }
  return findings;
}

/** What `auto` takes: the first that is ready and not one of onnxruntime's other providers. */
export function automatic(findings: readonly EngineFinding[]): EngineFinding | undefined {
  return findings.find(({ engine, state }) => state === 'ready' && !engine.includes(':'));
}

function probed(engine: EngineFinding['engine']): Promise<EngineFinding> {
  return new Promise((resolve) => {
    const options = { timeout: PATIENCE * 1000, maxBuffer: 2 ** 24 };
    execFile(process.execPath, [CHILD, engine], options, (error, stdout, stderr) => {
      const last = stdout.trim().split('\n').at(-1);
      try {
        resolve(named(JSON.parse(last ?? '') as EngineFinding, stderr));
      } catch {
        resolve({ engine, state: 'skipped', ...ended(error, stderr) });
      }
    });
  });
}

/** onnxruntime names the library that its provider misses on stderr only. */
function named(finding: EngineFinding, stderr: string): EngineFinding {
  const missing = /with error: ([^\n]*cannot open shared object file)/.exec(stderr)?.[1];
  if (finding.state !== 'skipped' || missing === undefined) return finding;
  return { ...finding, ...explainFailure(finding.engine, new Error(missing)) };
}

/** What a process that ended without an answer tells. */
function ended(
  error: { signal?: NodeJS.Signals | null; code?: unknown; killed?: boolean } | null,
  stderr: string,
): { reason: string; fix: string } {
  const said = stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
  const how = error?.killed
    ? `did not answer in ${PATIENCE} s`
    : `ended with ${error?.signal ?? `code ${error?.code}`}`;
  return {
    reason: `its process ${how}${said ? `: ${said}` : ''}`,
    fix: 'update the graphics driver and the package, or choose another engine',
  };
}
