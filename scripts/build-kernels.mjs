// Compiles src/kernels/assembly to WebAssembly and embeds it as base64, so that packaging needs no extra file, and makes
// the host's view of the parameter blocks from the classes the kernels read them by. --check compares with what is there
// instead: the same source gives the same bytes.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

let binary;
const flags =
  'src/kernels/assembly/index.ts -O3 --noAssert --runtime stub --enable simd --enable threads ' +
  '--importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536 -o kernels.wasm';
const { error, stderr } = await asc.main(flags.split(' '), {
  writeFile: (name, contents) => {
    if (name.endsWith('.wasm')) binary = contents;
  },
});
if (error) {
  console.error(String(stderr), error.message);
  process.exit(1);
}
const sha256 = createHash('sha256').update(binary).digest('hex');
const targets = {
  'src/kernels/binary.ts':
    `// Made by scripts/build-kernels.mjs from src/kernels/assembly; ${binary.length} bytes.\n` +
    `export const KERNELS_SHA256: string = '${sha256}';\n` +
    `export const KERNELS_BASE64: string = '${Buffer.from(binary).toString('base64')}';\n`,
  'src/kernels/blocks.ts': blocksText(readFileSync('src/kernels/assembly/blocks.ts', 'utf8')),
};
for (const [path, text] of Object.entries(targets)) {
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    console.error(`${path} is not what src/kernels/assembly gives; run npm run build`);
    process.exit(1);
  }
}
console.log(`kernels: ${binary.length} bytes, sha256 ${sha256.slice(0, 16)}…`);

/** Every class of 4-byte fields as an interface of numbers, and its words in order. */
function blocksText(source) {
  const classes = [
    ...source.matchAll(/(\/\*\*[^/]*\*\/\n)@unmanaged\nexport class (\w+)(?: extends (\w+))? \{\n(.*?)\n\}/gs),
  ];
  const parts = classes.map(([, doc, name, base, body]) => {
    const rest = body.replace(/\/\*\*.*?\*\//gs, '');
    const fields = [...rest.matchAll(/^ {2}(\w+): (usize|i32|f32);$/gm)];
    if (fields.length !== rest.split('\n').filter((line) => line.trim()).length) {
      throw new Error(`${name} holds more than fields of usize, i32 and f32`);
    }
    const constant = (of) => of.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
    const words = fields.map(([, field, type]) => `  ${field}: '${type === 'usize' ? 'u32' : type}',\n`).join('');
    return (
      `${doc}export interface ${name}${base ? ` extends ${base}` : ''} {\n` +
      `${body.replace(/: (usize|i32|f32);/g, ': number;')}\n}\n\n` +
      `export const ${constant(name)}: Words<${name}> = {\n${base ? `  ...${constant(base)},\n` : ''}${words}};\n`
    );
  });
  const header = '// Made by scripts/build-kernels.mjs from src/kernels/assembly/blocks.ts.\n';
  return `${header}import type { Words } from './block.js';\n\n${parts.join('\n')}`;
}
