/** Arrays that travel between server and page. */
export type Packable = Float32Array | Int32Array | Uint8Array;

const KINDS = { f32: Float32Array, i32: Int32Array, u8: Uint8Array } as const;
type Kind = keyof typeof KINDS;

interface Entry {
  name: string;
  kind: Kind;
  at: number;
  length: number;
}

/** Facts (JSON) and arrays as one block of bytes: length of the head, the head, the arrays, each on a border of eight bytes. */
export function pack(facts: object, arrays: Readonly<Record<string, Packable>>): Uint8Array {
  let at = 0;
  const entries = Object.entries(arrays).map(([name, data]): Entry => {
    const entry = { name, kind: kindOf(data), at, length: data.length };
    at = aligned(at + data.byteLength);
    return entry;
  });
  const head = new TextEncoder().encode(JSON.stringify({ facts, entries }));
  const start = aligned(4 + head.length);
  const out = new Uint8Array(start + at);
  new DataView(out.buffer).setUint32(0, head.length, true);
  out.set(head, 4);
  for (const { name, at: offset } of entries) {
    const { buffer, byteOffset, byteLength } = arrays[name];
    out.set(new Uint8Array(buffer, byteOffset, byteLength), start + offset);
  }
  return out;
}

/** What {@link pack} packed; the arrays are views of the bytes. @throws RangeError for bytes that end too early. */
export function unpack<Facts extends object, Arrays extends Record<string, Packable>>(
  bytes: Uint8Array,
): Facts & Arrays {
  const whole = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const length = new DataView(whole.buffer, whole.byteOffset).getUint32(0, true);
  const { facts, entries } = JSON.parse(new TextDecoder().decode(whole.subarray(4, 4 + length))) as {
    facts: Facts;
    entries: Entry[];
  };
  const start = whole.byteOffset + aligned(4 + length);
  const arrays = entries.map(({ name, kind, at, length: count }) => [
    name,
    new KINDS[kind](whole.buffer as ArrayBuffer, start + at, count),
  ]);
  return { ...facts, ...Object.fromEntries(arrays) };
}

const aligned = (at: number): number => Math.ceil(at / 8) * 8;

function kindOf(data: Packable): Kind {
  return data instanceof Float32Array ? 'f32' : data instanceof Int32Array ? 'i32' : 'u8';
}
