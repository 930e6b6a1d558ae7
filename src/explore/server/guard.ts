import { timingSafeEqual } from 'node:crypto';

/** What of a request is looked at before anything else. */
export interface Knock {
  host: string | undefined;
  origin: string | undefined;
  /** `Sec-Fetch-Site`: what browsers say of where a request comes from. */
  site: string | undefined;
  path: string;
  upgrade: string | undefined;
}

/** Names of this machine; any port, so that an SSH tunnel works. */
const HERE = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/**
 * Why a request is refused, or null. It must name this machine as its host (a foreign page whose name was made to point here does not),
 * come from this page where it says from where, and carry the token as the first part of its path.
 */
export function refusal({ host, origin, site, path, upgrade }: Knock, token: string): string | null {
  if (!host || !HERE.test(host)) return 'the host is not this machine';
  if (origin !== undefined && origin !== `http://${host}`) return 'the request comes from another page';
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'the request comes from another site';
  if (upgrade !== undefined) return 'there is nothing to upgrade to';
  if (!sameToken(path.split('/')[1] ?? '', token)) return 'the token is missing or wrong';
  return null;
}

function sameToken(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Headers of every answer: nothing but this page's own files runs, and no other page may hold it or read from it. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};
