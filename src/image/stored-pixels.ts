/** What an image file is, beside its pixels. */
export interface ImageFacts {
  /** `png`, `jpeg`, `bmp`, `tiff`, `webp`, or another name of libvips. */
  format: string;
  /** Upright size in pixels. */
  width: number;
  height: number;
  /** How colour is stored: `palette` images decode as `rgb`, or as `index` where indices were asked for. */
  colour: 'grey' | 'rgb' | 'cmyk' | 'palette';
  /** Bits a channel as stored. */
  bits: number;
  alpha: boolean;
  /** EXIF's or TIFF's orientation, 1…8; 1 is upright. */
  orientation: number;
  /** Whether a colour profile is embedded. It is not applied, as in Pillow. */
  profile: boolean;
  /** Whether values are those of a lossy code (JPEG, lossy WebP). */
  lossy: boolean;
  /** Pages or frames; the first is read. */
  pages: number;
}

/** An image's pixels as they are stored, upright: not scaled, no profile applied. */
export interface StoredPixels {
  facts: ImageFacts;
  /** How the channels before alpha are read. */
  space: 'grey' | 'rgb' | 'cmyk' | 'index';
  /** Of colour: 1 for grey and index, 3 for RGB, 4 for CMYK. */
  colours: 1 | 3 | 4;
  /** [height × width × colours], row-major. 8 bits, 16 bits, or float for any deeper. */
  data: Uint8Array | Uint16Array | Float32Array;
  /** [height × width], of the same depth, or null. */
  alpha: Uint8Array | Uint16Array | Float32Array | null;
}
