import { color, timestamp } from '@dormouse/events/field';
import { hash } from '@dormouse/events/media';
import { bytes, content, empty, route } from '@dormouse/runtime/api';
import * as v from 'valibot';
import { announced, listQuery, readyQuery } from './fields.ts';

const path = '/blog/api/media';
const types = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'] as const;

const size = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const variant = v.pipe(
  v.strictObject({
    address: v.pipe(v.string(), v.description('Path of the variant; its bytes never change.')),
    type: v.picklist(['image/avif', 'image/webp', 'image/jpeg']),
    width: size,
  }),
  v.title('PictureVariant'),
);
const readyPicture = v.pipe(
  v.strictObject({ hash, width: size, height: size, color, animated: v.boolean(), variants: v.array(variant) }),
  v.title('ReadyPicture'),
);
const picture = v.pipe(
  v.strictObject({
    hash,
    state: v.pipe(
      v.picklist(['uploaded', 'ready', 'refused']),
      v.description('uploaded: its variants are being made.'),
    ),
    type: v.pipe(v.picklist(types), v.description('Of what was uploaded.')),
    bytes: v.pipe(size, v.description('Of what was uploaded.')),
    address: v.pipe(
      v.string(),
      v.description('Path of a JPEG at most 1280 px wide, for Markdown; 404 until it is ready.'),
    ),
    width: v.pipe(v.nullable(size), v.description('As it is shown; null until it is ready.')),
    height: v.nullable(size),
    color: v.pipe(v.nullable(color), v.description('The average colour, to be shown until the picture is there.')),
    animated: v.nullable(v.boolean()),
    variants: v.array(variant),
    reason: v.pipe(v.nullable(v.string()), v.description('Why it was refused.')),
    uploaded_at: timestamp,
  }),
  v.title('Picture'),
);

const aHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const waiting: v.InferInput<typeof picture> = {
  hash: aHash,
  state: 'uploaded',
  type: 'image/jpeg',
  bytes: 2_400_000,
  address: `/blog/media/pictures/${aHash}-1280.jpg`,
  width: null,
  height: null,
  color: null,
  animated: null,
  variants: [],
  reason: null,
  uploaded_at: '2026-11-30T12:00:00.000Z',
};
const ready: v.InferInput<typeof picture> = {
  ...waiting,
  state: 'ready',
  width: 4032,
  height: 3024,
  color: '#7a8b6c',
  animated: false,
  variants: [{ address: `/blog/media/pictures/${aHash}-1920.avif`, type: 'image/avif', width: 1920 }],
};

const aReadyPicture: v.InferInput<typeof readyPicture> = {
  hash: aHash,
  width: 4032,
  height: 3024,
  color: '#7a8b6c',
  animated: false,
  variants: ready.variants,
};

const invitation = v.pipe(
  v.strictObject({
    url: v.pipe(v.string(), v.description('Address of the store; PUT the picture there, without a token.')),
    headers: v.pipe(
      v.record(v.string(), v.string()),
      v.description('Send these with it. They are signed: the store refuses another length or another hash.'),
    ),
    expires_at: timestamp,
  }),
  v.title('UploadInvitation'),
);
const anInvitation: v.InferInput<typeof invitation> = {
  url: `https://s3.example.org/bucket/media/arrived/7/${aHash}?X-Amz-Signature=c0ffee`,
  headers: {
    'content-length': '2400000',
    'x-amz-checksum-sha256': '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  },
  expires_at: '2026-11-30T12:10:00.000Z',
};

const byHash = { hash: v.pipe(hash, v.metadata({ examples: [aHash] })) };
const writers = ['author', 'editor', 'admin'] as const;

const served = ['image/avif', 'image/webp', 'image/jpeg', 'image/png'];

export const about = 'Pictures: uploads, and the variants that readers see.';

/** What media answers to clients. */
export const api = {
  upload: route(`POST ${path}`, {
    summary: 'Upload a picture',
    description:
      'The type is seen from the bytes. What was uploaded is never served: the picture is decoded and encoded anew, without EXIF, in up to three widths and formats. Until then its state is `uploaded`. The same bytes again are the same picture.',
    roles: writers,
    personal: 'media:write',
    bytes: {
      types: ['multipart/form-data', 'application/octet-stream', ...types],
      description: 'The picture, at most 10 MiB; in a form the field `file`.',
    },
    errors: ['invalid', 'too_many_requests'],
    responses: () => ({
      201: content('The picture is stored.', picture, {
        example: waiting,
        headers: { location: 'Path of the picture.' },
      }),
      200: content('You had uploaded it.', picture, { example: ready, headers: { location: 'Path of the picture.' } }),
    }),
  }),
  invite: route(`POST ${path}/-/uploads`, {
    summary: 'Ask for an address of the store',
    description:
      'For a picture that goes straight to the store, past this function: PUT it to `url` within ten minutes, then `POST /blog/api/media/{hash}/arrival`. 404 where the store takes none: `POST /blog/api/media` takes it then.',
    roles: writers,
    personal: 'media:write',
    body: announced,
    examples: { photograph: { hash: aHash, bytes: 2_400_000 } },
    errors: ['not_found', 'too_many_requests'],
    responses: () => ({ 201: content('The address.', invitation, { example: anInvitation }) }),
  }),
  arrival: route(`POST ${path}/:hash/arrival`, {
    summary: 'Take over a picture from the store',
    description:
      'Of what you have put to an address of `POST /blog/api/media/-/uploads`. Length, hash and type are looked at; from then on it is a picture like any other.',
    roles: writers,
    personal: 'media:write',
    params: byHash,
    errors: ['conflict', 'not_found', 'too_large', 'unsupported_media_type', 'too_many_requests'],
    responses: () => ({
      201: content('The picture is stored.', picture, {
        example: waiting,
        headers: { location: 'Path of the picture.' },
      }),
      200: content('You had uploaded it.', picture, { example: ready, headers: { location: 'Path of the picture.' } }),
    }),
  }),
  list: route(`GET ${path}`, {
    summary: 'List your own pictures, newest first',
    roles: 'any',
    personal: 'media:read',
    query: listQuery,
    responses: () => ({
      200: content('A page of the list.', v.pipe(v.array(picture), v.readonly()), {
        example: [ready],
        headers: { link: '`rel="next"` leads to older pictures (RFC 8288).' },
      }),
    }),
  }),
  ready: route(`GET ${path}/-/ready`, {
    summary: 'Read the sizes and variants of some pictures',
    description: 'What is not ready, or is no picture, is left out.',
    query: readyQuery,
    responses: () => ({
      200: content('Those that are ready.', v.array(readyPicture), { example: [aReadyPicture] }),
    }),
  }),
  get: route(`GET ${path}/:hash`, {
    summary: 'Read what is known of a picture',
    description: 'Your own in every state; of others what is ready.',
    optionalToken: true,
    personal: 'media:read',
    params: byHash,
    errors: ['unauthorized', 'not_found'],
    responses: () => ({ 200: content('The picture.', picture, { example: ready }) }),
  }),
  original: route(`GET ${path}/:hash/original`, {
    summary: 'Read a picture as it was uploaded',
    description:
      'Your own; editors anybody’s. To move it elsewhere: it is a file to be kept, with whatever the camera wrote into it, and nothing that a page shows.',
    roles: 'any',
    personal: 'media:read',
    params: byHash,
    errors: ['not_found'],
    responses: () => ({
      200: bytes('What was uploaded, to the byte.', ['application/octet-stream'], {
        'content-disposition': '`attachment`, with a name of the hash.',
      }),
    }),
  }),
  remove: route(`DELETE ${path}/:hash`, {
    summary: 'Delete a picture',
    description: 'Your own; one that others uploaded as well stays for them. Editors delete anybody’s.',
    roles: writers,
    personal: 'media:write',
    params: byHash,
    errors: ['not_found', 'too_many_requests'],
    responses: () => ({ 204: empty('The picture is gone.') }),
  }),
  variant: route('GET /blog/media/pictures/:file', {
    summary: 'Read a picture',
    description:
      'A width beyond that of the picture is answered by the widest there is. `-96.webp` is a square of its middle, for faces; a picture of an earlier release is answered whole. `card-….png` is the picture of a post on cards of links, as the head of its page names it: drawn when it is first asked for, which takes a second or two when functions sleep.',
    params: {
      file: v.pipe(
        v.string(),
        v.regex(
          /^(?:[0-9a-f]{64}-(?:96\.webp|(?:640|1280|1920)\.(?:avif|webp|jpg))|card-(?:[1-9][0-9]{0,14}-[0-9a-f]{32}|[0-9a-f]{64})\.png)$/,
        ),
        v.metadata({ examples: [`${aHash}-1280.webp`] }),
      ),
    },
    headers: {
      'if-none-match': v.optional(v.pipe(v.string(), v.description('304 when it names the ETag.'))),
      range: v.optional(v.pipe(v.string(), v.description('One range of bytes; others are ignored.'))),
      'if-range': v.optional(v.pipe(v.string(), v.description('The range is answered only if this is the ETag.'))),
    },
    errors: ['not_found', 'unavailable'],
    responses: () => ({
      200: bytes('The picture; it never changes.', served, {
        etag: 'Strong entity tag.',
      }),
      206: bytes('The range.', served, { 'content-range': 'Which bytes it is.' }),
      304: empty('The client has it.'),
      416: empty('It has no such bytes.', { 'content-range': 'How many it has.' }),
    }),
  }),
};
