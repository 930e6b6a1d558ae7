import type { JSX } from 'preact';
import { useContext, useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { TopLevelSpec } from 'vega-lite';
import { PngContext } from './png.js';
import { chartConfig, useDark } from './theme.js';
import { type Chart, createChart } from './vega.js';

interface Props {
  /** Name of the view, for its PNG. */
  name: string;
  spec: TopLevelSpec;
  rows: Readonly<Record<string, readonly object[]>>;
  /** What the chart says, for those who do not see it. */
  label: string;
  height?: number;
  /** Called with the x value under a pressed pointer. */
  onDrag?: (value: number) => void;
}

/** A chart as wide as its place; it is drawn once for a spec and told of new rows. */
export function ChartView({ name, spec, rows, label, height = 230, onDrag }: Props): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | null>(null);
  const latest = useRef(rows);
  latest.current = rows;
  const dark = useDark();
  const pngs = useContext(PngContext);
  useLayoutEffect(() => {
    const holder = element.current!;
    const width = Math.max(200, holder.clientWidth);
    const own = createChart(holder, spec, chartConfig(dark), { width, height });
    chart.current = own;
    own.show(latest.current);
    const observer = new ResizeObserver(() => own.resize(Math.max(200, holder.clientWidth)));
    observer.observe(holder);
    pngs.set(name, () => own.png());
    return () => {
      observer.disconnect();
      pngs.delete(name);
      own.close();
      chart.current = null;
    };
  }, [spec, dark, height]);
  useEffect(() => chart.current?.show(rows));
  const drag = (event: PointerEvent): void => {
    if (!onDrag || !chart.current || event.buttons !== 1) return;
    const value = chart.current.valueAt(event.clientX);
    if (Number.isFinite(value)) onDrag(value);
  };
  return (
    <div class={onDrag ? 'chart draggable' : 'chart'}>
      <div
        ref={element}
        role="img"
        aria-label={label}
        style={{ minHeight: `${height}px` }}
        onPointerDown={(event) => {
          if (!onDrag) return;
          (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
          event.preventDefault();
          drag(event);
        }}
        onPointerMove={drag}
      />
    </div>
  );
}
