import { useEffect, useState } from 'preact/hooks';
import type { Config } from 'vega';

const QUERY = '(prefers-color-scheme: dark)';

/** Whether the reader's machine is set to dark; follows changes. */
export function useDark(): boolean {
  const [dark, setDark] = useState(() => matchMedia(QUERY).matches);
  useEffect(() => {
    const query = matchMedia(QUERY);
    const heard = (): void => setDark(query.matches);
    query.addEventListener('change', heard);
    return () => query.removeEventListener('change', heard);
  }, []);
  return dark;
}

/** The look of charts, in the page's own colours. */
export function chartConfig(dark: boolean): Config {
  const ink = dark ? '#d5dae3' : '#333b47';
  const quiet = dark ? '#333a46' : '#e6e9ee';
  const font = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
  return {
    aria: false,
    background: dark ? '#181c23' : '#ffffff',
    font,
    view: { stroke: null },
    axis: {
      labelFontSize: 11,
      titleFontSize: 11,
      titleFontWeight: 'normal',
      labelColor: ink,
      titleColor: ink,
      gridColor: quiet,
      domainColor: dark ? '#5a6372' : '#b6bdc8',
      tickColor: dark ? '#5a6372' : '#b6bdc8',
      labelFlush: false,
      tickCount: 5,
    },
    legend: { labelFontSize: 11, labelColor: ink, symbolSize: 60 },
    rule: { color: ink },
  } as Config;
}
