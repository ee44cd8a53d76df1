import type { Env } from '@dormouse/runtime/app';
import { fail, failField } from '@dormouse/runtime/errors';
import { pictureType } from '@dormouse/runtime/picture-type';
import { bodyBytes, header } from '@dormouse/runtime/request';
import type { Context } from 'hono';

/** Largest picture, in bytes. */
export const maxBytes = 10 * 1024 * 1024;
/** Largest request: a form has boundaries and other fields. */
export const bodyLimit = maxBytes + 64 * 1024;

export interface Upload {
  type: string;
  bytes: Buffer;
}

/**
 * The picture of a request: its body, or the field `file` of its form.
 * @throws AppError malformed, invalid for a form without it, too_large, unsupported_media_type for what is no picture we take
 */
export async function readUpload(c: Context<Env>): Promise<Upload> {
  const sent = await bodyBytes(c, bodyLimit);
  const said = header(c, 'content-type') ?? '';
  const bytes = /^multipart\/form-data\s*;/i.test(said) ? await fileOf(sent, said) : sent;
  if (bytes.length > maxBytes) fail('too_large', `A picture must have at most ${maxBytes} bytes.`);
  const type = pictureType(bytes);
  if (type === 'image/svg+xml')
    fail('unsupported_media_type', 'SVG is not taken: it is a document that may hold scripts. Export it as PNG.');
  if (!type) fail('unsupported_media_type', 'The file must be a PNG, JPEG, GIF, WebP or AVIF picture.');
  return { type: type as string, bytes };
}

async function fileOf(sent: Buffer, type: string): Promise<Buffer> {
  const form = await new Response(new Uint8Array(sent), { headers: { 'content-type': type } })
    .formData()
    .catch((cause: unknown) => fail('malformed', 'The form cannot be read.', { cause }));
  const file = form.get('file');
  if (!(file instanceof File) || file.size === 0) return failField('file', 'must be a file');
  return Buffer.from(await file.arrayBuffer());
}
