/** Whether the bytes are a WebP whose (first) picture is lossy: one with a `VP8 ` chunk before any `VP8L`. */
export function isLossyWebp(file: Buffer): boolean {
  if (file.length < 16 || file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WEBP')
    return false;
  for (let at = 12; at + 8 <= file.length; ) {
    const kind = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    if (kind === 'VP8 ' || kind === 'VP8L') return kind === 'VP8 ';
    // A frame of an animation holds chunks of its own behind 16 bytes.
    at += kind === 'ANMF' ? 24 : 8 + size + (size % 2);
  }
  return false;
}
