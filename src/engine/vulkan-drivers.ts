import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Folders that the Vulkan loader searches for drivers on Linux, in its order. */
function folders(env: NodeJS.ProcessEnv): string[] {
  const list = (value: string | undefined, usual: string): string[] => (value || usual).split(delimiter);
  const roots = [
    env.XDG_CONFIG_HOME || join(homedir(), '.config'),
    ...list(env.XDG_CONFIG_DIRS, '/etc/xdg'),
    '/usr/local/etc',
    '/etc',
    env.XDG_DATA_HOME || join(homedir(), '.local/share'),
    ...list(env.XDG_DATA_DIRS, '/usr/local/share:/usr/share'),
  ];
  return roots.map((root) => join(root, 'vulkan/icd.d'));
}

/**
 * Manifests of the Vulkan drivers of a Linux machine, as its loader looks for them; each is there. A loader without a driver
 * writes to the terminal, so it is better not woken.
 */
export function vulkanDrivers(env: NodeJS.ProcessEnv = process.env): string[] {
  const named = env.VK_DRIVER_FILES ?? env.VK_ICD_FILENAMES;
  const added = env.VK_ADD_DRIVER_FILES?.split(delimiter) ?? [];
  const searched = named === undefined ? [...added, ...folders(env)] : named.split(delimiter);
  return searched.flatMap((path) => manifests(path));
}

/** A manifest itself, or those in a folder. */
function manifests(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path)
      .filter((file) => file.endsWith('.json'))
      .sort()
      .map((file) => join(path, file));
  } catch {
    return [];
  }
}
