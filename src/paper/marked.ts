import { InputError } from '../errors.js';

/**
 * Puts a made text between `<!-- name -->` and `<!-- /name -->`, blank lines around it.
 * @throws InputError naming the file where it has no such marks.
 */
export function fillMarked(path: string, text: string, name: string, made: string): string {
  const marks = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!marks.test(text)) {
    throw new InputError(
      `${path} has no marks of ${name}`,
      `Put <!-- ${name} --> and <!-- /${name} --> where it belongs`,
    );
  }
  return text.replace(marks, (_, open, close) => `${open}\n${made.trim()}\n\n${close}`);
}
