/** Element types this project reads and writes; the names are those of the safetensors format. */
export type TensorType = 'F32' | 'F16' | 'F64' | 'I32' | 'I64' | 'U8' | 'U16' | 'BOOL';

/** A tensor's entry in the header. */
export interface HeaderEntry {
  dtype: TensorType;
  shape: number[];
  data_offsets: [begin: number, end: number];
}

export interface SafetensorsHeader {
  metadata: Record<string, string>;
  entries: Map<string, HeaderEntry>;
}

const BYTES: Record<TensorType, number> = { F32: 4, F16: 2, F64: 8, I32: 4, I64: 8, U8: 1, U16: 2, BOOL: 1 };

/**
 * Parses a header and checks all of it against the room there is for tensors, before any is allocated.
 * @param room bytes behind the header. @throws Error saying what is wrong.
 */
export function parseHeader(text: string, room: number): SafetensorsHeader {
  const json = parse(text);
  if (!isRecord(json)) throw new Error('its header is no JSON object');
  const { __metadata__: metadata = {}, ...tensors } = json;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string'))
    throw new Error('its metadata are not strings');
  const entries = new Map<string, HeaderEntry>();
  for (const [name, value] of Object.entries(tensors)) entries.set(name, checkEntry(name, value, room));
  checkOverlaps(entries);
  return { metadata: metadata as Record<string, string>, entries };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('its header is not JSON');
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkEntry(name: string, value: unknown, room: number): HeaderEntry {
  if (!isRecord(value)) throw new Error(`tensor "${name}" has no type, shape and offsets`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (name === '__proto__') throw new Error('a tensor may not be called "__proto__"');
  if (typeof dtype !== 'string' || !Object.hasOwn(BYTES, dtype))
    throw new Error(
      `tensor "${name}" has ${typeof dtype === 'string' ? `the unknown type ${dtype.slice(0, 40)}` : 'no type'}`,
    );
  if (!isWhole(shape) || !isWhole(offsets) || offsets.length !== 2)
    throw new Error(`tensor "${name}" has a bad shape or offset`);
  const [begin, end] = offsets;
  const elements = shape.reduce((product, side) => product * side, 1);
  if (end - begin !== elements * BYTES[dtype as TensorType])
    throw new Error(`tensor "${name}" does not fill its shape`);
  if (end > room) throw new Error(`tensor "${name}" ends ${end - room} bytes past the file's end`);
  return { dtype: dtype as TensorType, shape, data_offsets: [begin, end] };
}

function isWhole(list: unknown): list is number[] {
  return Array.isArray(list) && list.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/** Tensors that share bytes would take more memory than the file has. */
function checkOverlaps(entries: ReadonlyMap<string, HeaderEntry>): void {
  const sorted = [...entries].filter(
    ([
      ,
      {
        data_offsets: [begin, end],
      },
    ]) => end > begin,
  );
  sorted.sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0]);
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i][1].data_offsets[0] < sorted[i - 1][1].data_offsets[1])
      throw new Error(`tensors "${sorted[i - 1][0]}" and "${sorted[i][0]}" overlap`);
  }
}
