import type { Fitted, Scored } from '../detector/system.js';
import { checkCancelled } from '../errors.js';
import type { ImageRequest } from '../features/spec.js';
import { imageSize } from '../image/codec.js';
import type { Preprocessing } from '../image/preprocess.js';
import { stitch, tilesOf } from '../image/tiles.js';

/** Pictures as the tiles that a system sees. */
export interface Tiled {
  tiles: ImageRequest[];
  /** [tiles] picture of each. */
  pictures: Int32Array;
}

/** The tiles of pictures, picture by picture. @throws InputError for a picture that is smaller than a tile or cannot be read. */
export async function tiled(images: readonly ImageRequest[], { crop, tile }: Preprocessing): Promise<Tiled> {
  const parts = await Promise.all(
    images.map(async (image) =>
      tilesOf(await imageSize(image.path), crop, tile!.overlap).map((place) => ({ ...image, tile: place })),
    ),
  );
  return { tiles: parts.flat(), pictures: Int32Array.from(parts.flatMap((own, picture) => own.map(() => picture))) };
}

/** A detector of tiles as one of pictures: a picture's score is that of its worst tile, its map [height × width] joins theirs. */
export function ofPictures(fitted: Fitted, preprocessing: Preprocessing, signal?: AbortSignal): Fitted {
  const { crop, tile } = preprocessing;
  return {
    ...fitted,
    async *score(images) {
      for (const image of images) {
        checkCancelled(signal);
        const size = await imageSize(image.path);
        const places = tilesOf(size, crop, tile!.overlap);
        const scored: Scored[] = [];
        for await (const own of fitted.score(places.map((place) => ({ ...image, tile: place })))) scored.push(own);
        const maps = scored.map(({ map }) => map);
        yield { score: Math.max(...scored.map(({ score }) => score)), map: stitch(places, maps, size, crop) };
      }
    },
  };
}
