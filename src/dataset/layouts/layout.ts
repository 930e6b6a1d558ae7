import type { InputError } from '../../errors.js';
import type { Sample } from '../category.js';
import type { LeftOut } from '../left-out.js';

/** What a layout finds in a category's folder. */
export interface LayoutReading {
  train: Sample[];
  test: Sample[];
  leftOut: LeftOut[];
  /** Images without their mask and the like: a run stops at the first, `softpatch data check` lists all. */
  problems: InputError[];
}

/** A way in which a category's images, labels and masks lie in folders. */
export interface Layout {
  name: string;
  /** Whether the folder is a category in this layout; nothing but names is looked at. */
  fits(root: string): Promise<boolean>;
  /** @throws InputError where not even the list of images can be made. */
  read(root: string): Promise<LayoutReading>;
  /** A folder beside the categories without which they cannot be read. */
  beside?: string;
}
