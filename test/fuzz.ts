import type { Random } from '../src/random.js';

/** Values that break readers: extremes, wrong kinds, names of prototypes. */
const JUNK: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  2 ** 31,
  2 ** 53,
  '',
  'F32',
  'toString',
  '__proto__',
  'x'.repeat(300),
  [],
  [[]],
  {},
  [0, 0, 0],
];

/** A copy of the bytes with something wrong: bytes changed, a 32-bit field made extreme, a part cut, doubled or put in. */
export function spoilBytes(bytes: Buffer, random: Random): Buffer {
  let out = Buffer.from(bytes);
  for (let times = 1 + random.integer(3); times > 0; times--) {
    const at = random.integer(Math.max(1, out.length));
    switch (random.integer(6)) {
      case 0:
        if (out.length > 0) out[at] = random.integer(256);
        break;
      case 1:
        if (out.length >= 4)
          out.writeUInt32LE(
            [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 65535][random.integer(6)],
            random.integer(out.length - 3),
          );
        break;
      case 2:
        out = out.subarray(0, at);
        break;
      case 3:
        out = Buffer.concat([out.subarray(0, at), Buffer.from([random.integer(256)]), out.subarray(at)]);
        break;
      case 4:
        out = Buffer.concat([out, out.subarray(at)]);
        break;
      default:
        out = Buffer.from(out);
        for (let i = at; i < Math.min(out.length, at + 8); i++) out[i] = random.integer(256);
    }
  }
  return out;
}

/** A copy of a JSON value with one place in it replaced by junk, removed, or put elsewhere. */
export function spoilJson(value: unknown, random: Random): unknown {
  const copy = structuredClone({ root: value });
  let holder: Record<string, unknown> = copy;
  let name = 'root';
  for (;;) {
    const inner = holder[name];
    const names = typeof inner === 'object' && inner !== null ? Object.keys(inner) : [];
    if (names.length === 0 || random.next() < 0.25) break;
    holder = inner as Record<string, unknown>;
    name = names[random.integer(names.length)];
  }
  const kind = random.integer(4);
  if (kind === 0 && holder !== copy) delete holder[name];
  else if (kind === 1 && !Array.isArray(holder))
    holder[JSON.stringify(JUNK[random.integer(JUNK.length)])] = holder[name];
  else holder[name] = structuredClone(JUNK[random.integer(JUNK.length)]);
  return copy.root;
}
