import { crc32 } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const GREY = 0;
const PALETTE = 3;

/**
 * A palette PNG rewritten so that its indices decode as grey values: colour type 0 without palette and transparency. Masks
 * keep their meaning in the index, whatever the colour. Fewer than 8 bits decode stretched to 0…255, 0 staying 0.
 * Null for any other file.
 */
export function pngIndices(file: Buffer): Buffer | null {
  if (file.length < 33 || !file.subarray(0, 8).equals(SIGNATURE) || file[25] !== PALETTE) return null;
  const chunks: Buffer[] = [SIGNATURE];
  for (let at = 8; at + 12 <= file.length; ) {
    const end = at + 12 + file.readUInt32BE(at);
    const kind = file.toString('latin1', at + 4, at + 8);
    if (kind === 'IHDR') chunks.push(greyHeader(file.subarray(at, end)));
    else if (kind !== 'PLTE' && kind !== 'tRNS' && kind !== 'bKGD' && kind !== 'hIST' && kind !== 'sBIT')
      chunks.push(file.subarray(at, end));
    at = end;
  }
  return Buffer.concat(chunks);
}

function greyHeader(chunk: Buffer): Buffer {
  const header = Buffer.from(chunk);
  header[17] = GREY;
  header.writeUInt32BE(crc32(header.subarray(4, 21)), 21);
  return header;
}
