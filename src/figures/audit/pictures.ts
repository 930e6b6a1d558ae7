import type { Audit, AuditedImage } from '../../analysis/audit.js';
import { encodeJpeg } from '../../image/codec.js';
import type { Raster } from '../../image/raster.js';
import { resample } from '../../image/resample.js';
import type { Progress } from '../../progress.js';
import { networkView } from '../pictures.js';

/** Sides in pixels: 2,000 previews with 200 pairs stay below 60 MB. */
const PREVIEW = 160;
/** Patches to each side of the patch in a close-up. */
const AROUND = 3;
/** Pictures beside the suspected ones that get a pair of close-ups. */
const PAIRS = 200;

/** An image's pictures as data URLs. */
export interface CardPictures {
  preview: string;
  /** Close-ups of the worst patch and of its nearest in another picture. */
  pair: [own: string, other: string] | null;
}

/** Pictures of the audited images, in their order, a few at a time. @throws InputError for a file that cannot be read. */
export async function* cardPictures(
  { images, grid, preprocessing }: Audit,
  progress: Progress = () => undefined,
): AsyncGenerator<CardPictures> {
  const closeUp = async (view: Raster, patch: number): Promise<string> =>
    dataUrl(await encodeJpeg(cropAround(view, patch, grid), 80));
  const wanted = (image: AuditedImage): boolean => image.suspected || image.rank <= PAIRS;
  for (const [done, image] of images.entries()) {
    const view = await networkView(image.path, preprocessing);
    const preview = dataUrl(await encodeJpeg(resample(view, PREVIEW, PREVIEW, 'bilinear'), 72));
    const { nearest } = image;
    const pair: CardPictures['pair'] =
      nearest && wanted(image)
        ? [
            await closeUp(view, image.worst),
            await closeUp(await networkView(nearest.path, preprocessing), nearest.patch),
          ]
        : null;
    yield { preview, pair };
    progress(done + 1, images.length);
  }
}

/** The patch with some around it, moved inside the picture at its border. */
function cropAround(view: Raster, patch: number, grid: number): Raster {
  const cell = view.width / grid;
  const side = Math.min(view.width, Math.round((2 * AROUND + 1) * cell));
  const start = (at: number): number => Math.max(0, Math.min(view.width - side, Math.round((at - AROUND) * cell)));
  const [left, top] = [start(patch % grid), start(Math.floor(patch / grid))];
  const { channels } = view;
  const data = new Uint8Array(side * side * channels);
  for (let y = 0; y < side; y++) {
    const from = ((top + y) * view.width + left) * channels;
    data.set(view.data.subarray(from, from + side * channels), y * side * channels);
  }
  return { width: side, height: side, channels, data };
}

function dataUrl(jpeg: Uint8Array): string {
  return `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`;
}
