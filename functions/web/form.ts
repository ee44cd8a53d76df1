import { isOwnOrigin } from '@dormouse/runtime/address';
import { fail } from '@dormouse/runtime/errors';
import { bodyBytes, bodyText, header } from '@dormouse/runtime/request';
import type { Context } from 'hono';
import { csrf } from 'hono/csrf';

/** Largest form with the text of a post, in bytes: a letter outside of ASCII takes 9 when urlencoded, and a post has 1,048,576 characters. */
export const textFormLimit = 10 * 1024 * 1024;
/** Largest form with the text of a post and a picture, in bytes. */
export const pictureFormLimit = 2 * textFormLimit;
/** Largest of all other forms, in bytes. */
export const formLimit = 256 * 1024;

/** What was typed, by field name; a field that is not there is empty. Line ends are \n, as the API counts them. */
export interface Form {
  get(name: string): string;
  has(name: string): boolean;
}

/** What was typed into a field; undefined for a form without it. */
export const givenIn = (form: Form, name: string): string | undefined => (form.has(name) ? form.get(name) : undefined);

/** A form that may bring a file. */
export interface FileForm extends Form {
  /** The bytes of a file; undefined when none was chosen. */
  file(name: string): Promise<Buffer | undefined>;
}

/**
 * The fields of a form that this site's own page sent.
 * @throws AppError forbidden when another site sent it, unsupported_media_type unless urlencoded, too_large.
 */
export async function readForm(c: Context, limit: number = formLimit): Promise<Form> {
  await rejectOtherOrigins(c);
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(header(c, 'content-type') ?? ''))
    fail('unsupported_media_type', 'This address takes forms only.');
  const fields = new URLSearchParams(await bodyText(c, limit));
  return { get: (name) => fields.get(name)?.replace(/\r\n?/g, '\n') ?? '', has: (name) => fields.has(name) };
}

/**
 * The same of a form that may have been sent with a file, as multipart/form-data.
 * @throws AppError what `readForm` throws; malformed
 */
export async function readFileForm(c: Context): Promise<FileForm> {
  const type = header(c, 'content-type') ?? '';
  if (!/^multipart\/form-data\s*;/i.test(type))
    return { ...(await readForm(c, textFormLimit)), file: async () => undefined };
  await rejectOtherOrigins(c);
  const sent = new Uint8Array(await bodyBytes(c, pictureFormLimit));
  const fields = await new Response(sent, { headers: { 'content-type': type } })
    .formData()
    .catch((cause: unknown) => fail('malformed', 'The form cannot be read.', { cause }));
  const textOf = (name: string) => {
    const value = fields.get(name);
    return typeof value === 'string' ? value : '';
  };
  return {
    get: (name) => textOf(name).replace(/\r\n?/g, '\n'),
    has: (name) => fields.has(name),
    async file(name) {
      const value = fields.get(name);
      return value instanceof File && value.size > 0 ? Buffer.from(await value.arrayBuffer()) : undefined;
    },
  };
}

/** Browsers say where a request comes from (Fetch Metadata, and Origin with every POST); a program that says nothing has no cookies to abuse. */
async function rejectOtherOrigins(c: Context): Promise<void> {
  if (header(c, 'sec-fetch-site') === undefined && header(c, 'origin') === undefined) return;
  await fromThisSite(c, async () => {}).catch(() =>
    fail('forbidden', 'This form was sent by another site. Nothing was changed.'),
  );
}

/** Sec-Fetch-Site decides: the browser compares with what it asked for, whatever a proxy made of Host. Origin is for browsers without it. */
const fromThisSite = csrf({
  secFetchSite: (site) => site === 'same-origin' || site === 'none',
  origin: (origin, c) => header(c, 'sec-fetch-site') === undefined && isOwnOrigin(origin, c),
});
