import { InputError, systemCode, unreadableFile } from '../errors.js';

/** Says why a file cannot be read as an image, and what mends that. */
export function unreadable(path: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const why = (error as Error).message.replace(/\s+/g, ' ').trim();
  if (systemCode(error) !== '') return unreadableFile('image', path, error);
  const [problem, fix] = /unsupported image format/.test(why)
    ? ['it is no image of a format that is read', 'Convert it to PNG, JPEG, BMP, TIFF or WebP, or remove it']
    : /buffer is empty/i.test(why)
      ? ['it is empty', 'Replace it']
      : [why, 'Replace the damaged file'];
  return new InputError(`cannot read image ${path}: ${problem}`, fix);
}
