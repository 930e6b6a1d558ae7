/**
 * Unpacks a BMP's run-length code (RLE8, RLE4) into one index a pixel, in stored row order, as Pillow does: runs are cut at
 * the row's end, skipped pixels are 0.
 * @param pixels width × height. @throws Error when the code ends before the last pixel.
 */
export function unpackBmpRuns(
  file: Buffer,
  offset: number,
  width: number,
  pixels: number,
  nibbles: boolean,
): Uint8Array {
  // The code is walked twice, so that a false size costs no memory.
  const covered = walk(file, offset, width, pixels, nibbles);
  if (covered < pixels) throw new Error(`its code ends after ${covered} of ${pixels} pixels`);
  const out = new Uint8Array(pixels);
  walk(file, offset, width, pixels, nibbles, out);
  return out;
}

function walk(file: Buffer, offset: number, width: number, pixels: number, nibbles: boolean, out?: Uint8Array): number {
  let at = offset;
  let done = 0;
  let x = 0;
  while (done < pixels && at + 1 < file.length) {
    const count = file[at];
    const value = file[at + 1];
    at += 2;
    if (count > 0) {
      const run = Math.max(0, Math.min(count, width - x, pixels - done));
      for (let i = 0; out && i < run; i++) out[done + i] = nibbles ? nibble(value, i) : value;
      done += run;
      x += run;
    } else if (value === 0) {
      done += (width - (done % width)) % width;
      x = 0;
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      if (at + 1 >= file.length) break;
      done = Math.min(pixels, done + file[at] + file[at + 1] * width);
      at += 2;
      x = done % width;
    } else {
      const run = Math.min(value, pixels - done);
      const bytes = nibbles ? (run + 1) >> 1 : run;
      if (at + bytes > file.length) break;
      for (let i = 0; out && i < run; i++) out[done + i] = nibbles ? nibble(file[at + (i >> 1)], i) : file[at + i];
      done += run;
      x += value;
      at += bytes;
      at += at % 2;
    }
  }
  return done;
}

/** The high half of a byte for even pixels, the low half for odd ones. */
function nibble(byte: number, i: number): number {
  return i % 2 === 0 ? byte >> 4 : byte & 15;
}
