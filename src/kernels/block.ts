/** A block's 4-byte words in the kernel's order. */
export type Words<Fields> = { readonly [Field in keyof Fields]: 'u32' | 'i32' | 'f32' };

/** A kernel's parameters in an arena, under their names. */
export interface Block<Fields> {
  /** Its offset, which the kernel takes. */
  readonly at: number;
  set(values: Partial<Fields>): void;
  get(field: keyof Fields): number;
}

/** Bytes to take for a block. */
export const blockBytes = (words: Words<object>): number => 4 * Object.keys(words).length;

/** The block of these words at an offset of a memory. */
export function blockAt<Fields extends object>(
  memory: WebAssembly.Memory,
  at: number,
  words: Words<Fields>,
): Block<Fields> {
  const names = Object.keys(words) as (keyof Fields)[];
  const place = new Map(names.map((name, i) => [name, i]));
  const views = {
    u32: new Uint32Array(memory.buffer, at, names.length),
    i32: new Int32Array(memory.buffer, at, names.length),
    f32: new Float32Array(memory.buffer, at, names.length),
  };
  return {
    at,
    set(values) {
      for (const name of Object.keys(values) as (keyof Fields)[]) {
        views[words[name]][place.get(name)!] = values[name] as number;
      }
    },
    get: (name) => views[words[name]][place.get(name)!],
  };
}
