import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Every source file below src, but the kernels' own language, with slashes. */
export const sources: readonly string[] = readdirSync('src', { recursive: true })
  .map((file) => String(file).replaceAll('\\', '/'))
  .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('kernels/assembly/'));

/** The text of a source file without its comments' lines. */
function code(file: string): string {
  return readFileSync(join('src', file), 'utf8').replace(/^\s*(?:\/\*\*|\*|\/\/).*$/gm, '');
}

/** What a file imports or exports again: values, types, and modules named in types or loaded later. */
export function imports(file: string): { name: string; typeOnly: boolean }[] {
  const found = code(file).matchAll(
    /^(?:import|export)\s(?:(type\s)?[^;'"]*?\sfrom\s)?'([^']+)'|(\btypeof )?\bimport\('([^']+)'\)/gm,
  );
  return [...found].map(([, type, name, typeOf, called]) => ({
    name: name ?? called,
    typeOnly: type !== undefined || typeOf !== undefined,
  }));
}

/** The source files among them. */
export function importedFiles(file: string): string[] {
  return imports(file)
    .filter(({ name }) => name.startsWith('.'))
    .map(({ name }) => posix.join(posix.dirname(file), name).replace(/\.js$/, '.ts'))
    .map((name) => (existsSync(join('src', name)) ? name : name.replace(/\.ts$/, '.tsx')));
}

/** Files that reach themselves through what each imports: of every knot at least one circle, in the order of importing. */
export function circles(files: readonly string[], importsOf: (file: string) => readonly string[]): string[][] {
  const found: string[][] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push(path.slice(at));
    if (at >= 0 || finished.has(file)) return;
    path.push(file);
    for (const next of importsOf(file)) visit(next);
    path.pop();
    finished.add(file);
  };
  for (const file of files) visit(file);
  return found;
}
