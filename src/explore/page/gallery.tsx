import type { ComponentChildren, JSX } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { PngContext } from './png.js';
import { tilesPng } from './tiles-png.js';

/** Tiles at first, and more at a time. */
const [FIRST, MORE] = [18, 36];

interface Props {
  /** Name of the view, for its PNG. */
  name: string;
  /** What the pictures are, for those who do not see them. */
  label: string;
  count: number;
  tile: (place: number) => ComponentChildren;
  /** What is looked at closely. */
  close?: ComponentChildren;
}

/** Many pictures, some at first. Arrow keys move among them. */
export function Gallery({ name, label, count, tile, close }: Props): JSX.Element {
  const [shown, setShown] = useState(FIRST);
  const element = useRef<HTMLFieldSetElement>(null);
  const pngs = useContext(PngContext);
  useEffect(() => {
    pngs.set(name, () => tilesPng(element.current!));
    return () => void pngs.delete(name);
  }, [name]);
  const move = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const tiles = [...element.current!.querySelectorAll<HTMLElement>('button.tile')];
    const next = tiles[tiles.indexOf(document.activeElement as HTMLElement) + by];
    if (!next) return;
    next.focus();
    event.preventDefault();
  };
  return (
    <>
      {close}
      <fieldset class="gallery" aria-label={label} ref={element} onKeyDown={move}>
        {Array.from({ length: Math.min(shown, count) }, (_, place) => tile(place))}
      </fieldset>
      {shown < count && (
        <button type="button" class="quiet more" onClick={() => setShown(shown + MORE)}>
          Show more ({count - shown} left)
        </button>
      )}
    </>
  );
}
