import type { StoredPixels } from '../image/stored-pixels.js';
import { startTally, type Tally } from '../image/tally.js';

/** What makes an image be read otherwise than one may expect (docs/inputs.md). */
export type ImageTrait = 'turned' | 'profile' | 'alpha' | 'deep' | 'narrow' | 'cmyk' | 'pages' | 'oblong' | 'flat';

const SAYINGS: Record<ImageTrait, [one: string, many: string]> = {
  turned: ['is turned upright by its orientation tag', 'are turned upright by their orientation tag'],
  profile: ['has a colour profile, which is not applied', 'have a colour profile, which is not applied'],
  alpha: ['has alpha, which is dropped', 'have alpha, which is dropped'],
  deep: ['has 16 bits, of which the upper 8 are read', 'have 16 bits, of which the upper 8 are read'],
  narrow: [
    'has 16 bits but uses less than a quarter of their range: give a window',
    'have 16 bits but use less than a quarter of their range: give a window',
  ],
  cmyk: ['is CMYK, which is converted without its profile', 'are CMYK, which is converted without their profile'],
  pages: ['has several pages, of which the first is read', 'have several pages, of which the first is read'],
  oblong: ['is oblong: a centre crop leaves out its ends', 'are oblong: a centre crop leaves out their ends'],
  flat: ['is of one colour', 'are of one colour'],
};

export function traitTally(): Tally<ImageTrait> {
  return startTally(['image', 'images'], SAYINGS);
}

export function imageTraits({ facts, data, colours }: StoredPixels): ImageTrait[] {
  const traits: ImageTrait[] = [];
  if (facts.orientation !== 1) traits.push('turned');
  if (facts.profile) traits.push('profile');
  if (facts.alpha) traits.push('alpha');
  if (data instanceof Uint16Array) traits.push(largest(data) < 65536 / 4 ? 'narrow' : 'deep');
  if (facts.colour === 'cmyk') traits.push('cmyk');
  if (facts.pages > 1) traits.push('pages');
  const { width, height } = facts;
  // One more pixel on a side is no crop worth a word.
  if (Math.max(width, height) > 1.05 * Math.min(width, height)) traits.push('oblong');
  if (isFlat(data, colours)) traits.push('flat');
  return traits;
}

function largest(values: Uint16Array): number {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most;
}

function isFlat(values: ArrayLike<number>, colours: number): boolean {
  for (let i = colours; i < values.length; i++) if (values[i] !== values[i - colours]) return false;
  return true;
}
