import { basename, dirname, join } from 'node:path';

/** An argument of `detect` and the images it stands for, by their names below it (`a/b.png`; a single image: its own name). */
export interface InputImages {
  argument: string;
  images: readonly { path: string; file: string }[];
}

/**
 * Names of pictures, one an image, that mirror the folders they come from: `a/b.png` of the one folder given becomes `a/b.png`,
 * of several folders `<folder>/a/b.png`. Where two would share a name they keep their endings (`b.jpg.png`), and are numbered where
 * even that is the same.
 * @returns names relative to the output folder by image path.
 */
export function picturePaths(inputs: readonly InputImages[]): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const prefix = ({ argument, images }: InputImages): string =>
    inputs.length > 1 && !(images.length === 1 && images[0].path === argument) ? basename(argument) : '';
  const all = inputs.flatMap((input) =>
    input.images.map(({ path, file }) => ({ path, name: join(prefix(input), file) })),
  );
  const stemOf = (name: string): string => join(dirname(name), basename(name).replace(/\.[^.]+$/, ''));
  const sharing = new Map<string, number>();
  for (const { name } of all) sharing.set(stemOf(name), (sharing.get(stemOf(name)) ?? 0) + 1);
  for (const { path, name } of all) {
    if (names.has(path)) continue;
    const stem = sharing.get(stemOf(name)) === 1 ? stemOf(name) : name;
    let free = `${stem}.png`;
    for (let n = 2; taken.has(free); n++) free = `${stem}-${n}.png`;
    taken.add(free);
    names.set(path, free);
  }
  return names;
}
