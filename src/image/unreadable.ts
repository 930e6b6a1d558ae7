import { InputError, systemCode } from '../errors.js';

/** Says why a file cannot be read as an image, and what mends that. */
export function unreadable(path: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const why = (error as Error).message.replace(/\s+/g, ' ').trim();
  const known: Record<string, [string, string]> = {
    ENOENT: ['there is no such file', 'Check the path'],
    EACCES: ['you may not read it', 'Give yourself permission to read it'],
    EPERM: ['you may not read it', 'Give yourself permission to read it'],
    EISDIR: ['it is a folder', 'Give a file'],
  };
  const [problem, fix] =
    known[systemCode(error)] ??
    (/unsupported image format/.test(why)
      ? ['it is no image of a format that is read', 'Convert it to PNG, JPEG, BMP, TIFF or WebP, or remove it']
      : /buffer is empty|Buffer is empty/i.test(why)
        ? ['it is empty', 'Replace it']
        : [why, 'Replace the damaged file']);
  return new InputError(`cannot read image ${path}: ${problem}`, fix);
}
