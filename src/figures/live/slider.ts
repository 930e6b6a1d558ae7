/** A parameter that front ends draw a control for; a picture shows `value`. */
export interface Control {
  name: string;
  value: string | number;
  bind: object;
}

/** A slider above the chart. @param range smallest value, largest, step. */
export function slider(name: string, label: string, value: number, range: readonly [number, number, number]): Control {
  const [min, max, step] = range;
  return { name, value, bind: { input: 'range', min, max, step, name: `${label} ` } };
}

/** A choice among few values. */
export function choice<T extends string | number>(
  name: string,
  label: string,
  value: T,
  options: readonly T[],
): Control {
  return { name, value, bind: { input: 'select', options: [...options], name: `${label} ` } };
}

/** Keeps rows whose `field` is a slider's value, both to the nearest hundredth: sliders count in fractions that binary numbers lack. */
export function atSlider(field: string, name: string): { filter: string } {
  return { filter: `round(100 * datum.${field}) === round(100 * ${name})` };
}
