import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../errors.js';
import { ts } from './typescript.js';

/** A file of this package: what a notebook anywhere on the disk can import is found from here. */
const HERE = fileURLToPath(import.meta.url);

/** TypeScript's language service over cells that exist in memory only. */
export interface LanguageService {
  readonly service: ts.LanguageService;
  /** Writes a file in memory and makes it the one that is looked at. */
  open(path: string, text: string): void;
  /** Writes a file in memory that others import. */
  write(path: string, text: string): void;
  /** Writes a file in memory whose imports are kept in mind. */
  keep(path: string, text: string): void;
  close(): void;
}

/** How cells are compiled; a `tsconfig.json` in the notebook's folder changes what is checked, not how modules are found. */
function compilerOptions(folder: string): ts.CompilerOptions {
  const types = dirname(dirname(createRequire(HERE).resolve('@types/node/package.json')));
  return {
    strict: false,
    lib: ['lib.es2023.d.ts'],
    ...ownOptions(folder),
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    types: ['node'],
    typeRoots: [join(folder, 'node_modules/@types'), types],
    allowImportingTsExtensions: true,
    allowJs: true,
    esModuleInterop: true,
    resolveJsonModule: true,
    skipLibCheck: true,
    sourceMap: true,
    noUnusedLocals: false,
    noUnusedParameters: false,
  };
}

/** What a `tsconfig.json` may say; everything else is decided by how cells run. */
const CHECKS =
  /^(strict|no(Implicit|Unchecked|Fallthrough|PropertyAccess)|exactOptional|useUnknown|lib$|paths$|baseUrl$|pathsBasePath$)/;

function ownOptions(folder: string): ts.CompilerOptions {
  const path = join(folder, 'tsconfig.json');
  if (!ts.sys.fileExists(path)) return {};
  const { config, error } = ts.readConfigFile(path, ts.sys.readFile);
  if (error)
    throw new InputError(`${path}: ${ts.flattenDiagnosticMessageText(error.messageText, ' ')}`, 'Mend or remove it');
  const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, folder);
  return Object.fromEntries(Object.entries(options).filter(([name]) => CHECKS.test(name)));
}

/**
 * @param folder the notebook's folder: relative imports and packages are looked for there first, then beside this package.
 * @throws InputError for a `tsconfig.json` that cannot be read.
 */
export function startLanguageService(folder: string): LanguageService {
  const options = compilerOptions(folder);
  const own = `${folder.replaceAll('\\', '/')}/`;
  const files = new Map<string, { text: string; version: number }>();
  let looked: string[] = [];
  let kept: string[] = [];
  let version = 0;
  const fileExists = (path: string): boolean => files.has(path) || ts.sys.fileExists(path);
  const readFile = (path: string): string | undefined => files.get(path)?.text ?? ts.sys.readFile(path);
  const disk = { ...ts.sys, fileExists, readFile };
  const cache = ts.createModuleResolutionCache(folder, (name) => name, options);
  // Cells come and go: what is relative is looked up anew, packages are remembered.
  const find = (name: string, from: string): ts.ResolvedModuleWithFailedLookupLocations => {
    const relative = name.startsWith('.');
    const own = ts.resolveModuleName(name, from, options, disk, relative ? undefined : cache);
    if (own.resolvedModule || relative) return own;
    return ts.resolveModuleName(name, HERE, options, disk, cache);
  };
  // Packages stay as they are while a session lasts, as they do for the running code; files beside the notebook are edited.
  const modified = (path: string): number =>
    path.includes('/node_modules/') || !path.startsWith(own) ? 0 : (ts.sys.getModifiedTime?.(path)?.getTime() ?? 0);
  const host: ts.LanguageServiceHost = {
    ...disk,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getCompilationSettings: () => options,
    getScriptFileNames: () => [...looked, ...kept],
    getScriptVersion: (path) => String(files.get(path)?.version ?? modified(path)),
    getScriptSnapshot(path) {
      const text = readFile(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: (given) => ts.getDefaultLibFilePath(given),
    resolveModuleNameLiterals: (literals, from) => literals.map(({ text }) => find(text, from)),
  };
  const service = ts.createLanguageService(host, ts.createDocumentRegistry());
  const write = (path: string, text: string): void => void files.set(path, { text, version: ++version });
  return {
    service,
    write,
    open(path, text) {
      write(path, text);
      looked = [path];
    },
    keep(path, text) {
      write(path, text);
      kept = [path];
    },
    close: () => service.dispose(),
  };
}
