import type { z } from 'zod';
import { InputError } from '../errors.js';
import type { Settings } from './system.js';

/**
 * A profile's switches with some set by the user, checked. Text from the command line is turned into what it looks like.
 * @throws InputError naming the unknown or impossible switch.
 */
export function checkedSettings<T extends Settings>(schema: z.ZodType<T>, defaults: T, set: Settings = {}): T {
  const given = Object.fromEntries(
    Object.entries(set)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === 'string' ? plainValue(value) : value]),
  );
  const unknown = Object.keys(given).find((name) => !(name in defaults));
  if (unknown) {
    throw new InputError(`there is no switch "${unknown}"`, `Choose from ${Object.keys(defaults).join(', ')}`);
  }
  const parsed = schema.safeParse({ ...defaults, ...given });
  // Switches that are left out are absent, so that what is remembered by settings stays.
  if (parsed.success) return withoutUndefined(parsed.data);
  const [issue] = parsed.error.issues;
  const value = (given as Settings)[String(issue.path[0])];
  throw new InputError(`${issue.path.join('.')} = ${value} is impossible: ${issue.message}`, 'Give a value in range');
}

function withoutUndefined<T extends Settings>(settings: T): T {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as T;
}

function plainValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** @throws InputError when a system has no such profile. */
export function checkProfile(system: string, profiles: readonly string[], profile: string): void {
  if (!profiles.includes(profile)) {
    throw new InputError(`${system} has no profile "${profile}"`, `Choose from ${profiles.join(', ')}`);
  }
}
