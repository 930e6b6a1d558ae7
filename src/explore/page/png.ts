import { type Context, createContext } from 'preact';

/** Each view's way to become a PNG, as a data URL, by the view's name. */
export type Pngs = Map<string, () => Promise<string>>;

export const PngContext: Context<Pngs> = createContext<Pngs>(new Map());
