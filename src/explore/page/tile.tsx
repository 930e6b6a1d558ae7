import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { heatPalette } from '../../image/overlay.js';

/** A map to lay over a picture. */
export interface Heat {
  /** [side × side] */
  values: Float32Array;
  side: number;
  /** Value of the brightest colour. */
  high: number;
}

interface Props {
  name: string;
  src: string | undefined;
  heat?: Heat | null;
  /** Outlines as SVG paths over a square of this side. */
  outlines: readonly { path: string; kind: 'removed' | 'mask'; side: number }[];
  caption: JSX.Element | string;
  /** Marks the tile, e.g. as judged wrongly. */
  mark?: string;
  chosen?: boolean;
  large?: boolean;
  onPick?: () => void;
}

/** A picture with its heat map and outlines. */
export function Tile({ name, src, heat, outlines, caption, mark = '', chosen, large, onPick }: Props): JSX.Element {
  const inside = (
    <>
      <span class="picture">
        {src ? <img src={src} alt="" loading="lazy" decoding="async" draggable={false} /> : <span class="missing" />}
        {heat && <HeatCanvas heat={heat} />}
        {outlines.map(
          ({ path, kind, side }) =>
            path && (
              <svg key={kind} class={kind} viewBox={`0 0 ${side} ${side}`} aria-hidden="true">
                <path d={path} />
              </svg>
            ),
        )}
      </span>
      <span class="caption">{caption}</span>
    </>
  );
  const classes = `tile ${mark}${large ? ' large' : ''}`;
  if (!onPick) {
    return (
      <figure class={classes} data-name={name}>
        {inside}
      </figure>
    );
  }
  return (
    <button type="button" class={classes} data-name={name} aria-pressed={Boolean(chosen)} title={name} onClick={onPick}>
      {inside}
    </button>
  );
}

function HeatCanvas({ heat: { values, side, high } }: { heat: Heat }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    const image = context.createImageData(side, side);
    const colours = heatPalette();
    for (let i = 0; i < values.length; i++) {
      const share = Math.min(1, Math.max(0, values[i] / high));
      const colour = Math.round(share * 255) * 3;
      image.data[4 * i] = colours[colour];
      image.data[4 * i + 1] = colours[colour + 1];
      image.data[4 * i + 2] = colours[colour + 2];
      image.data[4 * i + 3] = 255 * (0.1 + 0.65 * share);
    }
    context.putImageData(image, 0, 0);
  }, [values, high]);
  return <canvas ref={canvas} width={side} height={side} />;
}
