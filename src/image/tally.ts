/** Gathers what is noteworthy about files, so that it is said once a kind, with a file's name. */
export interface Tally<Kind extends string> {
  add(path: string, kinds: readonly Kind[]): void;
  /** Files of a kind, in the order they came. */
  files(kind: Kind): readonly string[];
  /** One sentence a kind, in the order they came. */
  sentences(): string[];
}

/**
 * @param noun of one file and of many: `mask`, `masks`. @param sayings what follows the noun, of one and of many, a kind.
 */
export function startTally<Kind extends string>(
  [one, many]: readonly [string, string],
  sayings: Readonly<Record<Kind, readonly [one: string, many: string]>>,
): Tally<Kind> {
  const found = new Map<Kind, Set<string>>();
  return {
    add(path, kinds) {
      for (const kind of kinds) {
        if (!found.has(kind)) found.set(kind, new Set());
        found.get(kind)!.add(path);
      }
    },
    files: (kind) => [...(found.get(kind) ?? [])],
    sentences: () =>
      [...found].map(([kind, paths]) => {
        const [first] = paths;
        const [singly, together] = sayings[kind];
        return paths.size === 1
          ? `${one} ${first} ${singly}`
          : `${paths.size} ${many} ${together}, the first is ${first}`;
      }),
  };
}
