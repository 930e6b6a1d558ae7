import { rm } from 'node:fs/promises';
import type { Command } from 'commander';
import { listCache, trimCache } from '../storage/cache.js';
import { amount, CACHE_FOLDER } from './options.js';
import { writeJsonOutput } from './outputs.js';
import { textTable } from './table.js';

const gigabytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(3);

/** `softpatch cache …`: see and free what is remembered. */
export function addCache(program: Command): void {
  const cache = program.command('cache').description('list, trim and clear remembered stage results');
  cache
    .command('list')
    .description('what the cache holds, by kind')
    .option('--cache <dir>', 'folder', CACHE_FOLDER)
    .option('--json <file>', 'write every entry')
    .addHelpText('after', '\nExample:\n  softpatch cache list')
    .action(async (options: { cache: string; json?: string }) => {
      const files = await listCache(options.cache);
      if (options.json) await writeJsonOutput(options.json, files);
      const kinds = [...new Set(files.map(({ kind }) => kind))].sort();
      const rows = [...kinds, 'all'].map((kind) => {
        const own = files.filter((file) => kind === 'all' || file.kind === kind);
        return [kind, String(own.length), gigabytes(own.reduce((sum, { bytes }) => sum + bytes, 0))];
      });
      console.log(textTable(['kind', 'entries', 'GB'], rows));
    });
  cache
    .command('clear')
    .description('remove every entry, or trim to a size')
    .option('--cache <dir>', 'folder', CACHE_FOLDER)
    .option('--keep <GB>', 'keep this much, most recently used', amount)
    .addHelpText('after', '\nExamples:\n  softpatch cache clear\n  softpatch cache clear --keep 5')
    .action(async (options: { cache: string; keep?: number }) => {
      let freed: number;
      if (options.keep === undefined) {
        const files = await listCache(options.cache);
        freed = files.reduce((sum, { bytes }) => sum + bytes, 0);
        // Entries one by one, not the folder: it may hold something else.
        await Promise.all(files.map(({ path }) => rm(path, { force: true })));
      } else freed = await trimCache(options.cache, options.keep * 2 ** 30);
      console.log(`freed ${gigabytes(freed)} GB of ${options.cache}`);
    });
}
