// Compiles src/kernels/assembly to WebAssembly and embeds it as base64, so that packaging needs no extra file.
// --check compares with what is there instead: the same source gives the same bytes.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const TARGET = 'src/kernels/binary.ts';
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
const text =
  `// Made by scripts/build-kernels.mjs from src/kernels/assembly; ${binary.length} bytes.\n` +
  `export const KERNELS_SHA256: string = '${sha256}';\n` +
  `export const KERNELS_BASE64: string = '${Buffer.from(binary).toString('base64')}';\n`;
if (!process.argv.includes('--check')) {
  writeFileSync(TARGET, text);
  console.log(`kernels: ${binary.length} bytes, sha256 ${sha256.slice(0, 16)}…`);
} else if (readFileSync(TARGET, 'utf8') !== text) {
  console.error(`${TARGET} is not what src/kernels/assembly compiles to; run npm run build`);
  process.exit(1);
}
