/** Colours of the two AUROCs. */
export const METRIC_COLOURS = { image: '#0072B2', pixel: '#009E73' } as const;
