/** What a BMP's headers say about its pixels. */
export interface BmpHeader {
  width: number;
  height: number;
  /** Whether the first stored row is the top one; usually it is the bottom one. */
  topDown: boolean;
  bits: 1 | 2 | 4 | 8 | 16 | 24 | 32;
  compression: 'none' | 'rle8' | 'rle4';
  /** Where the pixels begin in the file. */
  offset: number;
  /** [256 × 3] RGB, at most 8 bits only; entries that the file does not define are black, as Pillow's. */
  palette: Uint8Array | null;
  /** Bits of red, green, blue and alpha in a pixel of 16 or 32 bits; 0 for none. */
  masks: readonly [red: number, green: number, blue: number, alpha: number];
}

const SIZES = [12, 40, 52, 56, 64, 108, 124];
const NO_MASKS = [0, 0, 0, 0] as const;
const RGB555 = [0x7c00, 0x3e0, 0x1f, 0] as const;
const BGRX = [0xff0000, 0xff00, 0xff, 0] as const;
const BGRA = [0xff0000, 0xff00, 0xff, 0xff000000] as const;

/**
 * Reads the headers of Windows' versions 3 to 5 and of OS/2 1 and 2.
 * @throws Error saying what is wrong or not read: an unknown header, depth or compression, or a file that ends early.
 */
export function readBmpHeader(file: Buffer): BmpHeader {
  const size = file.length >= 26 ? file.readUInt32LE(14) : 0;
  if (!SIZES.includes(size) || file.length < 14 + size) throw new Error(`its BMP header of ${size} bytes is not read`);
  const old = size === 12;
  const signedHeight = old ? file.readUInt16LE(20) : file.readInt32LE(22);
  const width = old ? file.readUInt16LE(18) : file.readInt32LE(18);
  const bits = file.readUInt16LE(old ? 24 : 28);
  const packing = old ? 0 : file.readUInt32LE(30);
  if (width <= 0 || signedHeight === 0) throw new Error(`it claims ${width}×${Math.abs(signedHeight)} pixels`);
  if (![1, 2, 4, 8, 16, 24, 32].includes(bits)) throw new Error(`a BMP of ${bits} bits a pixel is not read`);
  const compression = packing === 1 ? 'rle8' : packing === 2 ? 'rle4' : 'none';
  const fits = {
    none: packing === 0 || (packing === 3 && bits >= 16 && size !== 64),
    rle8: bits === 8,
    rle4: bits === 4,
  };
  if (!fits[compression]) throw new Error(`BMP compression ${packing} at ${bits} bits is not read`);
  const start = 14 + size;
  const colours = bits > 8 ? 0 : (old ? 0 : file.readUInt32LE(46)) || 1 << bits;
  if (colours > 65536) throw new Error(`it claims a palette of ${colours} colours`);
  const entry = old ? 3 : 4;
  const given = file.readUInt32LE(10);
  const after = start + colours * entry + (packing === 3 && size === 40 ? 12 : 0);
  return {
    width,
    height: Math.abs(signedHeight),
    topDown: signedHeight < 0,
    bits: bits as BmpHeader['bits'],
    compression,
    offset: given === 0 || (given === start && bits <= 8) ? after : given,
    palette: bits > 8 ? null : readPalette(file, start, entry, Math.min(colours, 256)),
    masks: packing === 3 ? readMasks(file, size) : bits === 16 ? RGB555 : bits === 32 ? BGRX : NO_MASKS,
  };
}

function readPalette(file: Buffer, start: number, entry: number, colours: number): Uint8Array {
  if (start + colours * entry > file.length) throw new Error('it ends inside its palette');
  const palette = new Uint8Array(768);
  for (let i = 0; i < colours; i++) for (let c = 0; c < 3; c++) palette[i * 3 + c] = file[start + i * entry + 2 - c];
  return palette;
}

/** A header of 40 bytes has three masks behind it, a longer one holds them and, from 56 bytes, alpha's. */
function readMasks(file: Buffer, size: number): readonly [number, number, number, number] {
  if (file.length < 54 + 16) throw new Error('it ends inside its header');
  const at = (i: number): number => file.readUInt32LE(54 + i * 4);
  const masks = [at(0), at(1), at(2), size >= 56 ? at(3) : 0] as const;
  return masks.every((mask) => mask === 0) ? BGRA : masks;
}
