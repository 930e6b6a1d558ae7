import { FLAG, LAB, stoppable } from './stoppable.js';
import { ts } from './typescript.js';

/** A TypeScript file beside a notebook, compiled to run with its cells. */
export interface BesideFile {
  code: string;
  /** Source map as JSON. */
  map: string;
}

/** Compiles a file that cells import; its loops and awaits stop on an interrupt as the cells' own do. */
export function besideFile(path: string, text: string): BesideFile {
  const { outputText, sourceMapText = '' } = ts.transpileModule(text, {
    fileName: path,
    transformers: { before: [stoppable] },
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, sourceMap: true },
  });
  // On the first line, so that positions need no change beyond their column there.
  const around = `const ${LAB} = globalThis[Symbol.for('softpatch-lab.stopping')] ?? {}, ${FLAG} = ${LAB}.flag ?? [0]; `;
  return { code: around + outputText.replace(/^\/\/# sourceMappingURL=.*$/m, ''), map: sourceMapText };
}
