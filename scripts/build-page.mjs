// Bundles the explorer's page (src/explore/page) with its libraries into build/src/explore/page: one script, one style, nothing to
// fetch from elsewhere, so that the npm package and every clone have it.
import { build } from 'esbuild';

const { metafile } = await build({
  entryPoints: ['main.tsx', 'style.css'].map((file) => ({ in: `src/explore/page/${file}`, out: 'bundle' })),
  outdir: 'build/src/explore/page',
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  metafile: true,
  logLevel: 'warning',
});
const sizes = Object.entries(metafile.outputs).map(([path, { bytes }]) => `${path} ${Math.round(bytes / 1024)} KB`);
console.log(`page: ${sizes.join(', ')}`);
