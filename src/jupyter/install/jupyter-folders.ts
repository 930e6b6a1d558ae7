import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where any Jupyter of this user looks for kernels, as `jupyter --data-dir` tells. */
export function userDataFolder(
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (environment.JUPYTER_DATA_DIR) return environment.JUPYTER_DATA_DIR;
  if (platform === 'darwin') return join(home, 'Library', 'Jupyter');
  if (platform === 'win32') return join(environment.APPDATA ?? join(home, 'AppData', 'Roaming'), 'jupyter');
  return join(environment.XDG_DATA_HOME ?? join(home, '.local', 'share'), 'jupyter');
}

/** Where the Jupyter of a Python environment looks. @param prefix e.g. a venv's folder, or `/usr/local`. */
export function prefixDataFolder(prefix: string): string {
  return join(prefix, 'share', 'jupyter');
}
