// Hooks of Node's module loader in a worker: TypeScript files beside the notebook, and packages that only the kernel has.
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { LoadHook, ResolveHook } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type BesideFile, besideFile } from '../language/beside-file.js';

const isBeside = (path: string): boolean =>
  !path.includes('node_modules') && existsSync(path) && statSync(path).isFile();

/** The TypeScript file a relative import means: `./x`, `./x.js` and `./x.ts` may all be `x.ts`. */
function typescriptFile(specifier: string, parent: string): string | null {
  const target = fileURLToPath(new URL(specifier, parent));
  const candidates = /\.[cm]?ts$/.test(target)
    ? [target]
    : existsSync(target) && statSync(target).isFile()
      ? []
      : [target.replace(/\.js$/, '.ts'), `${target}.ts`, `${target}/index.ts`];
  return candidates.find((path) => path.endsWith('.ts') && isBeside(path)) ?? null;
}

/** Newest change of a file and of what it imports beside it, so that an edit anywhere below reloads all above. */
function stamp(path: string, seen: Set<string> = new Set()): number {
  seen.add(path);
  const { mtimeMs } = statSync(path);
  const imports = [...readFileSync(path, 'utf8').matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)];
  const below = imports
    .map(([, specifier]) => typescriptFile(specifier, pathToFileURL(path).href))
    .filter((found) => found !== null && !seen.has(found))
    .map((found) => stamp(found!, seen));
  return Math.max(mtimeMs, ...below);
}

export const resolve: ResolveHook = async (specifier, context, next) => {
  const { parentURL = '' } = context;
  if (/^\.{1,2}\//.test(specifier) && parentURL.startsWith('file:')) {
    const path = typescriptFile(specifier, parentURL);
    if (path)
      return { url: `${pathToFileURL(path).href}?changed=${stamp(path)}`, format: 'module', shortCircuit: true };
  }
  try {
    return await next(specifier, context);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND' || /^[./]|^file:/.test(specifier)) throw error;
    try {
      return await next(specifier, { ...context, parentURL: import.meta.url });
    } catch {
      throw error;
    }
  }
};

export const load: LoadHook = async (url, context, next) => {
  if (!/\.ts\?changed=[\d.]+$/.test(url)) return next(url, context);
  const path = fileURLToPath(url.slice(0, url.lastIndexOf('?')));
  const { code }: BesideFile = besideFile(path, readFileSync(path, 'utf8'));
  return { format: 'module', source: code, shortCircuit: true };
};
