import type { Context } from 'hono';
import { isSecureRequest, publicUrl, requestHost } from './address.ts';
import { fail } from './errors.ts';

/** Where this site is (`https://blog.example`): PUBLIC_URL, else as the reader asked for it; feeds and site maps need whole addresses. */
export function originOf(c: Context): string {
  const known = publicUrl();
  if (known !== undefined) return known;
  const host = requestHost(c);
  if (!/^[a-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-f:]+\](:\d{1,5})?$/i.test(host))
    fail('malformed', 'The host of this request cannot be one.');
  return `${isSecureRequest(c) ? 'https' : 'http'}://${host.toLowerCase()}`;
}
