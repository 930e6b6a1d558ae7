/** Tells a hang from hard work by what a process does, not by the clock: a busy machine is no hang. */
export interface HangWatch {
  /** A sign of progress: something was shown, a stage went on, a cell ended. */
  sign(): void;
  /** CPU seconds used so far, told at even intervals while the process gets to run at all. */
  pulse(cpu: number): void;
}

/** Between two pulses, less than this is no work. */
const NOTHING_S = 0.02;
/** Seconds between pulses, as the worker tells them. */
const PULSE_S = 0.5;

/**
 * @param limit seconds: of CPU without a sign of progress (an endless loop), or of pulses without either (a wait that never ends).
 * @param hung hears once which of the two it was.
 */
export function watchHang(limit: number, hung: (why: string) => void): HangWatch {
  let last = 0;
  let worked = 0;
  let waited = 0;
  let told = false;
  const tell = (why: string): void => {
    if (!told) hung(why);
    told = true;
  };
  return {
    sign() {
      worked = 0;
      waited = 0;
    },
    pulse(cpu) {
      const used = cpu - last;
      last = cpu;
      if (used < NOTHING_S) waited += PULSE_S;
      else {
        worked += used;
        waited = 0;
      }
      if (worked >= limit) tell(`worked ${limit} s without a sign of progress`);
      else if (waited >= limit) tell(`waited ${limit} s for nothing`);
    },
  };
}
