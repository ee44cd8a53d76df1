import { hash } from 'node:crypto';
import type { Env } from '@dormouse/runtime/app';
import { fail } from '@dormouse/runtime/errors';
import { face, type PictureFormat, pictureWidths } from '@dormouse/runtime/picture-variants';
import { header } from '@dormouse/runtime/request';
import { keyOf, surrogateFields } from '@dormouse/runtime/surrogate-keys';
import type { Context } from 'hono';
import type { Cards } from './cards.ts';
import type { ObjectStore } from './object-store.ts';
import { earlierCardKey, typeOf, variantKey } from './variants.ts';

/** Where pictures are read. */
export interface Shelves {
  objects: ObjectStore;
  cards: Pick<Cards, 'read'>;
}

/** Answers a picture: with ETag, and one range of its bytes (RFC 9110, section 14). A variant needs no database. */
export async function deliver(c: Context<Env>, { objects, cards }: Shelves, file: string): Promise<Response> {
  const found = (await cardIn(cards, file)) ?? (await earlierCardIn(objects, file)) ?? (await variantIn(objects, file));
  const { bytes, key, type: contentType } = found;
  const etag = `"${hash('sha256', bytes, 'base64url').slice(0, 27)}"`;
  const headers: Record<string, string> = {
    'cache-control': 'public, max-age=31536000, immutable',
    'cross-origin-resource-policy': 'cross-origin',
    'accept-ranges': 'bytes',
    // Browsers keep it for good; a shared cache forgets it when it is deleted.
    ...surrogateFields([key]),
    etag,
  };
  if (names(header(c, 'if-none-match'), etag)) return c.body(null, 304, headers);
  const ifRange = header(c, 'if-range');
  const range = ifRange === undefined || ifRange === etag ? rangeOf(header(c, 'range'), bytes.length) : undefined;
  if (range === 'unsatisfiable') return c.body(null, 416, { 'content-range': `bytes */${bytes.length}` });
  const type = { 'content-type': contentType };
  if (!range) return c.body(bytes, 200, { ...headers, ...type });
  const [first, last] = range;
  return c.body(bytes.slice(first, last + 1), 206, {
    ...headers,
    ...type,
    'content-range': `bytes ${first}-${last}/${bytes.length}`,
  });
}

interface Found {
  bytes: Uint8Array<ArrayBuffer>;
  /** By which shared caches know it. */
  key: string;
  type: string;
}

/** The picture of a post on cards of links; undefined when the name is of no such one. It goes with the post. */
async function cardIn(cards: Shelves['cards'], file: string): Promise<Found | undefined> {
  const [, post, digest] = /^card-([1-9][0-9]{0,14})-([0-9a-f]{32})\.png$/.exec(file) ?? [];
  if (post === undefined || digest === undefined) return undefined;
  const name = { post: Number(post), digest };
  return { bytes: (await cards.read(name)) ?? noPicture(), key: keyOf.post(name.post), type: 'image/png' };
}

/** The same, of those that were drawn when their posts were published. */
async function earlierCardIn(objects: ObjectStore, file: string): Promise<Found | undefined> {
  const [, name] = /^card-([0-9a-f]{64})\.png$/.exec(file) ?? [];
  if (name === undefined) return undefined;
  const bytes = (await objects.read(earlierCardKey(name))) ?? noPicture();
  return { bytes, key: keyOf.picture(name), type: 'image/png' };
}

async function variantIn(objects: ObjectStore, file: string): Promise<Found> {
  const [, picture = '', width, format = 'webp'] =
    /^([0-9a-f]{64})-(?:(640|1280|1920)\.(avif|webp|jpg)|96\.webp)$/.exec(file) ?? noPicture();
  const bytes = width
    ? await find(objects, picture, Number(width), format)
    : ((await objects.read(variantKey(picture, face.name))) ?? (await find(objects, picture, 640, format)));
  return { bytes, key: keyOf.picture(picture), type: typeOf[format as PictureFormat] };
}

/** The variant, or the next narrower one: a picture has none that is wider than itself. The narrowest is stored last. */
async function find(
  objects: ObjectStore,
  picture: string,
  width: number,
  format: string,
): Promise<Uint8Array<ArrayBuffer>> {
  for (const each of pictureWidths) {
    if (each > width) continue;
    const bytes = await objects.read(variantKey(picture, `${each}.${format}`));
    if (bytes) return bytes;
  }
  return noPicture();
}

function noPicture(): never {
  return fail('not_found', 'There is no such picture.');
}

const names = (tags: string | undefined, etag: string): boolean =>
  tags
    ?.split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === etag || tag === '*') ?? false;

/** First and last byte; undefined for what is to be ignored: no range, several, other units. */
function rangeOf(text: string | undefined, size: number): readonly [number, number] | 'unsatisfiable' | undefined {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from === '') return Number(to) === 0 ? 'unsatisfiable' : [Math.max(0, size - Number(to)), size - 1];
  if (to !== '' && Number(to) < Number(from)) return undefined;
  if (Number(from) >= size) return 'unsatisfiable';
  return [Number(from), to === '' ? size - 1 : Math.min(Number(to), size - 1)];
}
