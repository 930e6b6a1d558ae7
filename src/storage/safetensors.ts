import { type FileHandle, open } from 'node:fs/promises';
import { endianness } from 'node:os';
import { InputError, systemCode, unreadableFile } from '../errors.js';
import { writeAtomically } from './atomic.js';
import { floatsFromHalves } from './half.js';
import { type HeaderEntry, parseHeader, type SafetensorsHeader, type TensorType } from './safetensors-header.js';

export type { TensorType } from './safetensors-header.js';

export type TensorData = Float32Array | Float64Array | Int32Array | Uint16Array | Uint8Array | BigInt64Array;

/** A tensor in memory: row-major `data` of the given `shape`. F16 is held as its raw bits (Uint16Array). */
export interface StoredTensor {
  dtype: TensorType;
  shape: readonly number[];
  data: TensorData;
}

/** An open `.safetensors` file: its header is read and checked, its tensors on demand. Close it. */
export interface SafetensorsFile {
  readonly path: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly names: readonly string[];
  /** Shape of a tensor, or undefined where there is none. */
  shape(name: string): readonly number[] | undefined;
  /** @param into where the values of an F32 tensor of this length go; default: an array of their own. */
  read(name: string, into?: Float32Array): Promise<StoredTensor>;
  /** Reads a tensor as float32 (F32 as it is, F16 and F64 converted). */
  readFloats(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

const LARGEST_HEADER = 100_000_000;

/**
 * Opens a `.safetensors` file and checks its whole header against the file's length before any tensor is allocated,
 * so that a header claiming a terabyte costs nothing.
 * @throws InputError naming the file: missing, truncated, not safetensors, overlapping or oversized tensors.
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  if (endianness() !== 'LE') throw new Error('safetensors are read on little-endian machines only');
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    throw unreadableFile('tensors', path, error);
  }
  try {
    const { metadata, entries, start } = await readHeader(path, file);
    return {
      path,
      metadata,
      names: [...entries.keys()],
      shape: (name) => entries.get(name)?.shape,
      read: (name, into) => readTensor(path, file, entries, start, name, into),
      async readFloats(name) {
        const tensor = await readTensor(path, file, entries, start, name);
        if (tensor.data instanceof Float32Array) return tensor.data;
        if (tensor.data instanceof Float64Array) return Float32Array.from(tensor.data);
        if (tensor.dtype === 'F16') return floatsFromHalves(tensor.data as Uint16Array);
        throw new InputError(`${path}: tensor "${name}" is ${tensor.dtype}, not a float`, 'Convert it to F32 or F16');
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    if (systemCode(error)) throw unreadableFile('tensors', path, error);
    throw error;
  }
}

async function readHeader(path: string, file: FileHandle): Promise<SafetensorsHeader & { start: number }> {
  const broken = (why: string): InputError =>
    new InputError(`${path} is not a usable safetensors file: ${why}`, 'Download or export it again');
  const found = await file.stat();
  if (!found.isFile()) throw new InputError(`${path} is not a file`, 'Give a .safetensors file');
  const { size } = found;
  const lead = Buffer.alloc(8);
  if (size < 8 || (await file.read(lead, 0, 8, 0)).bytesRead < 8) throw broken('it is shorter than its header');
  const length = Number(lead.readBigUInt64LE());
  if (length > LARGEST_HEADER || 8 + length > size) {
    throw broken(`its header claims ${length} bytes, the file has ${size}`);
  }
  const text = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(text, at, length - at, 8 + at);
    if (bytesRead === 0) throw broken('it ends inside its header');
    at += bytesRead;
  }
  const start = 8 + length;
  try {
    return { ...parseHeader(text.toString('utf8'), size - start), start };
  } catch (error) {
    throw broken((error as Error).message);
  }
}

async function readTensor(
  path: string,
  file: FileHandle,
  entries: Map<string, HeaderEntry>,
  start: number,
  name: string,
  into?: Float32Array,
): Promise<StoredTensor> {
  const entry = entries.get(name);
  if (!entry) throw new InputError(`${path} has no tensor "${name}"`, 'Use a file made for this purpose');
  const [begin, end] = entry.data_offsets;
  if (into && (entry.dtype !== 'F32' || into.byteLength !== end - begin)) {
    throw new InputError(`${path}: tensor "${name}" is not ${into.length} floats`, 'Use a file made for this purpose');
  }
  const bytes = into ? new Uint8Array(into.buffer, into.byteOffset, into.byteLength) : new Uint8Array(end - begin);
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, Math.min(bytes.length - at, 1 << 30), start + begin + at);
    if (bytesRead === 0) throw new InputError(`${path} ended inside tensor "${name}"`, 'Download or export it again');
    at += bytesRead;
  }
  return { dtype: entry.dtype, shape: entry.shape, data: into ?? view(entry.dtype, bytes.buffer as ArrayBuffer) };
}

function view(dtype: TensorType, buffer: ArrayBuffer): TensorData {
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F64':
      return new Float64Array(buffer);
    case 'I32':
      return new Int32Array(buffer);
    case 'I64':
      return new BigInt64Array(buffer);
    case 'F16':
    case 'U16':
      return new Uint16Array(buffer);
    default:
      return new Uint8Array(buffer);
  }
}

/** Writes tensors and string metadata atomically as `.safetensors`, tensors in the given order. */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, StoredTensor>>,
  metadata: Readonly<Record<string, string>> = {},
  options: { flush?: boolean } = {},
): Promise<void> {
  let offset = 0;
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    const elements = shape.reduce((product, side) => product * side, 1);
    if (data.length !== elements) throw new RangeError(`tensor "${name}" has ${data.length} values for ${shape}`);
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = JSON.stringify(header);
  const padded = Buffer.from(text + ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8));
  const lead = Buffer.alloc(8);
  lead.writeBigUInt64LE(BigInt(padded.length));
  const write = async (file: FileHandle): Promise<void> => {
    await file.write(lead);
    await file.write(padded);
    for (const { data } of Object.values(tensors)) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      for (let at = 0; at < bytes.length; ) {
        at += (await file.write(bytes, at, Math.min(bytes.length - at, 1 << 28))).bytesWritten;
      }
    }
  };
  await writeAtomically(path, write, options);
}
