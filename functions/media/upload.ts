import type { Env } from '@dormouse/runtime/app';
import { fail, failField } from '@dormouse/runtime/errors';
import { pictureType } from '@dormouse/runtime/picture-type';
import { bodyBytes, header } from '@dormouse/runtime/request';
import type { Context } from 'hono';
import { maxBytes } from './fields.ts';

/** Largest request: a form has boundaries and other fields. */
export const bodyLimit = maxBytes + 64 * 1024;

export interface Upload {
  type: string;
  bytes: Uint8Array;
}

/**
 * The picture of a request: its body, or the field `file` of its form.
 * @throws AppError malformed, invalid for a form without it, too_large, unsupported_media_type for what is no picture we take
 */
export async function readUpload(c: Context<Env>): Promise<Upload> {
  const sent = await bodyBytes(c, bodyLimit);
  const said = header(c, 'content-type') ?? '';
  const bytes = /^multipart\/form-data\s*;/i.test(said) ? await fileOf(sent, said) : sent;
  return { type: acceptedType(bytes), bytes };
}

/** The type of a picture that we take. @throws AppError too_large, unsupported_media_type */
export function acceptedType(bytes: Uint8Array): string {
  if (bytes.length > maxBytes) fail('too_large', `A picture must have at most ${maxBytes} bytes.`);
  const type = pictureType(bytes);
  if (type === 'image/svg+xml')
    fail('unsupported_media_type', 'SVG is not taken: it is a document that may hold scripts. Export it as PNG.');
  return type ?? fail('unsupported_media_type', 'The file must be a PNG, JPEG, GIF, WebP or AVIF picture.');
}

async function fileOf(sent: Buffer, type: string): Promise<Buffer> {
  const form = await new Response(new Uint8Array(sent), { headers: { 'content-type': type } })
    .formData()
    .catch((cause: unknown) => fail('malformed', 'The form cannot be read.', { cause }));
  const file = form.get('file');
  if (!(file instanceof File) || file.size === 0) return failField('file', 'must be a file');
  return Buffer.from(await file.arrayBuffer());
}
