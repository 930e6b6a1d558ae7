/** What a TIFF's first directory says of its pixels, and where. */
export interface TiffTags {
  photometric: number;
  compression: number;
  /** The file with another photometric interpretation: 1 makes palette indices grey values. */
  withPhotometric(value: number): Buffer;
}

const COMPRESSION = 259;
const PHOTOMETRIC = 262;

/** Reads two tags of a TIFF or BigTIFF; null where it is none, or has them not. */
export function readTiffTags(file: Buffer): TiffTags | null {
  if (file.length < 16) return null;
  const mark = file.toString('latin1', 0, 2);
  if (mark !== 'II' && mark !== 'MM') return null;
  const little = mark === 'II';
  const u16 = (at: number): number => (little ? file.readUInt16LE(at) : file.readUInt16BE(at));
  const u32 = (at: number): number => (little ? file.readUInt32LE(at) : file.readUInt32BE(at));
  const u64 = (at: number): number => Number(little ? file.readBigUInt64LE(at) : file.readBigUInt64BE(at));
  const version = u16(2);
  if (version !== 42 && version !== 43) return null;
  const big = version === 43;
  const directory = big ? u64(8) : u32(4);
  const lead = big ? 8 : 2;
  const length = big ? 20 : 12;
  if (directory + lead > file.length) return null;
  const entries = big ? u64(directory) : u16(directory);
  let compression = 1;
  let where: number | undefined;
  for (let i = 0; i < entries; i++) {
    const at = directory + lead + i * length;
    if (at + length > file.length) return null;
    const value = at + (big ? 12 : 8);
    if (u16(at) === COMPRESSION) compression = u16(value);
    if (u16(at) === PHOTOMETRIC) where = value;
  }
  if (where === undefined) return null;
  const place = where;
  return {
    photometric: u16(place),
    compression,
    withPhotometric(value) {
      const copy = Buffer.from(file);
      if (little) copy.writeUInt16LE(value, place);
      else copy.writeUInt16BE(value, place);
      return copy;
    },
  };
}
