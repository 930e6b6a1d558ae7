/** An AUROC or another share of 1, three decimals. */
export function figure(value: number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value) ? '–' : value.toFixed(3);
}

/** A share as percent. */
export function percent(value: number, digits = 1): string {
  return `${(100 * value).toFixed(digits)} %`;
}

/** A whole number with thin groups. */
export function whole(value: number): string {
  return value.toLocaleString('en-US').replaceAll(',', ' ');
}
