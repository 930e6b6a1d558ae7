import { type Config, parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';

/** A chart on the page. */
export interface Chart {
  /** Shows other rows. */
  show(rows: Readonly<Record<string, readonly object[]>>): void;
  resize(width: number): void;
  /** The value on the x axis at a place of the page; undefined beside the chart. */
  valueAt(clientX: number): number;
  png(): Promise<string>;
  close(): void;
}

/**
 * Draws a Vega-Lite chart whose rows come later. Expressions are interpreted, since the page's policy lets no text become code.
 */
export function createChart(
  element: HTMLElement,
  spec: TopLevelSpec,
  config: Config,
  size: { width: number; height: number },
): Chart {
  const themed = { ...spec, ...size, autosize: { type: 'fit', contains: 'padding' }, config } as TopLevelSpec;
  // Vega gives its container a role and a name of its own: the page's are on the element around it.
  const container = element.appendChild(document.createElement('div'));
  container.ariaHidden = 'true';
  const view = new View(parse(compile(themed).spec, undefined, { ast: true } as object), {
    expr: expressionInterpreter,
    renderer: 'canvas',
    container,
    hover: false,
  } as object);
  const shown = new Map<string, readonly object[]>();
  return {
    show(rows) {
      let changed = false;
      for (const [name, own] of Object.entries(rows)) {
        if (shown.get(name) === own) continue;
        shown.set(name, own);
        view.data(name, [...own]);
        changed = true;
      }
      if (changed) view.run();
    },
    resize: (width) => void view.width(width).run(),
    valueAt(clientX) {
      const scale = view.scale('x') as unknown as { invert(at: number): number };
      const { left } = element.getBoundingClientRect();
      return scale.invert(clientX - left - view.origin()[0]);
    },
    png: () => view.toImageURL('png', 2),
    close() {
      view.finalize();
      container.remove();
    },
  };
}
