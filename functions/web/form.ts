import { requestHost } from '@dormouse/runtime/address';
import { fail } from '@dormouse/runtime/errors';
import { bodyText, header } from '@dormouse/runtime/request';
import type { Context } from 'hono';
import { csrf } from 'hono/csrf';

/** Largest form, in bytes: 100,000 code points take up to 12 bytes each when urlencoded. */
export const formLimit = 2 * 1024 * 1024;

/** What was typed, by field name; a field that is not there is empty. Line ends are \n, as the API counts them. */
export interface Form {
  get(name: string): string;
}

/**
 * The fields of a form that this site's own page sent.
 * @throws AppError forbidden when another site sent it, unsupported_media_type unless urlencoded, too_large.
 */
export async function readForm(c: Context): Promise<Form> {
  await rejectOtherOrigins(c);
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(header(c, 'content-type') ?? ''))
    fail('unsupported_media_type', 'This address takes forms only.');
  const fields = new URLSearchParams(await bodyText(c, formLimit));
  return { get: (name) => fields.get(name)?.replace(/\r\n?/g, '\n') ?? '' };
}

/** Browsers say where a request comes from (Fetch Metadata, and Origin with every POST); a program that says nothing has no cookies to abuse. */
async function rejectOtherOrigins(c: Context): Promise<void> {
  if (header(c, 'sec-fetch-site') === undefined && header(c, 'origin') === undefined) return;
  await fromThisSite(c, async () => {}).catch(() =>
    fail('forbidden', 'This form was sent by another site. Nothing was changed.'),
  );
}

/** hono/csrf takes one of both for enough; here neither may name another site, and the host is the one that the ingress was asked for. */
const fromThisSite = csrf({
  secFetchSite: (site, c) => (site === 'same-origin' || site === 'none') && isOwnOrigin(header(c, 'origin'), c),
  origin: (origin, c) => header(c, 'sec-fetch-site') === undefined && isOwnOrigin(origin, c),
});

const isOwnOrigin = (origin: string | undefined, c: Context): boolean =>
  origin === undefined || (URL.canParse(origin) && new URL(origin).host === requestHost(c).toLowerCase());
