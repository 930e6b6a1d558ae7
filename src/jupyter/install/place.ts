import { InputError } from '../../errors.js';
import { prefixDataFolder, userDataFolder } from './jupyter-folders.js';

/** Where a kernel is made known. */
export interface KernelPlace {
  /** To every Jupyter of this user; so it is without any of the others, too. */
  user?: boolean;
  /** To the Jupyter of this Python environment. */
  prefix?: string;
  /** In a folder of one's own, for JUPYTER_PATH. */
  to?: string;
}

/** The folder of Jupyter's that a place means. @throws InputError for more than one place. */
export function dataFolder({ user, prefix, to }: KernelPlace): string {
  if ([user, prefix, to].filter(Boolean).length > 1)
    throw new InputError('--user, --prefix and --to exclude each other', 'Give one of them');
  return to ?? (prefix === undefined ? userDataFolder() : prefixDataFolder(prefix));
}
