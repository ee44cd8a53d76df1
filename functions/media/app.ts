import { hash } from 'node:crypto';
import { userDeleted } from '@dormouse/events/user';
import { cameFromOutside } from '@dormouse/runtime/address';
import { nothingLeft, type ResponseOf } from '@dormouse/runtime/api';
import { check, type Env, json, newApp } from '@dormouse/runtime/app';
import { authenticate, required, type Tokens } from '@dormouse/runtime/auth';
import type { Caller } from '@dormouse/runtime/caller';
import { fail, failField } from '@dormouse/runtime/errors';
import { decodeCursor, encodeCursor } from '@dormouse/runtime/keyset';
import { type Limiter, limit } from '@dormouse/runtime/limiter';
import { measure } from '@dormouse/runtime/measure';
import type { Outbox } from '@dormouse/runtime/outbox';
import { type Dimensions, variantsOf } from '@dormouse/runtime/picture-variants';
import { onInParts, receive } from '@dormouse/runtime/receive';
import { bodyBytes } from '@dormouse/runtime/request';
import { metrics } from '@dormouse/signals/metrics';
import type { Context, MiddlewareHandler } from 'hono';
import { api } from './api.ts';
import type { Cards } from './cards.ts';
import { deliver } from './delivery.ts';
import { maxBytes, outcome } from './fields.ts';
import type { ObjectStore } from './object-store.ts';
import type { Cursor, Picture, Pictures, ReadyPicture } from './store.ts';
import type { Collected } from './unused.ts';
import { acceptedType, readUpload, type Upload } from './upload.ts';
import { addressOf, arrivedKey, namedWidth, typeOf, variantNames } from './variants.ts';

export interface Dependencies {
  pictures: Pictures;
  objects: ObjectStore;
  outbox: Outbox;
  cards: Pick<Cards, 'read'>;
  /** Deletes pictures for cards of links that nothing shows any more. */
  sweepCards: () => Promise<unknown>;
  tokens: Tokens;
  limiter: Limiter;
  /** Deletes what nobody uses. Rejects when not everybody could be asked. */
  collect: () => Promise<Collected>;
}

const { path } = api.list;
const uploadsPerMinute = 120;
const invitationSeconds = 600;
const own = { 'cache-control': 'private, no-cache', vary: 'authorization' };

export function createApp({ pictures, objects, outbox, cards, sweepCards, tokens, limiter, collect }: Dependencies) {
  const writer = writing(limiter);
  const keep = async (c: Context<Env>, { type, bytes }: Upload) => {
    const upload = { ownerId: required(c).id, hash: hash('sha256', bytes, 'hex'), type, bytes };
    const { picture, isNew } = await pictures.add(upload);
    if (isNew) measure(metrics.picturesUploaded, 1, { 'dormouse.picture.type': type });
    return c.json(view(picture), isNew ? 201 : 200, { ...own, location: `${path}/${picture.hash}` });
  };
  return newApp()
    .use('/events/*', internalOnly)
    .post(
      '/events',
      receive({
        outbox,
        handlers: [onInParts(userDeleted, ({ data }) => pictures.disown(data.id))],
      }),
    )
    .post('/events/sweep', async (c) => {
      const swept = await collect().catch((cause: unknown) =>
        fail('unavailable', 'It cannot be told which pictures are used: nothing was deleted.', { cause }),
      );
      measure(metrics.picturesCollected, swept.collected, { 'dormouse.picture.remains': 'picture' });
      measure(metrics.picturesCollected, swept.broken, { 'dormouse.picture.remains': 'upload' });
      await sweepCards();
      const { failures, ...counts } = swept;
      if (failures.length > 0)
        fail('unavailable', `${failures.length} unused pictures could not be deleted now.`, { cause: failures[0] });
      return c.json(counts);
    })
    .get('/events/originals/:hash', async (c) => {
      const bytes = (await pictures.original(hashIn(c))) ?? notWanted();
      return c.body(bytes, 200, { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' });
    })
    .put('/events/variants/:hash/:name', async (c) => {
      const name = c.req.param('name');
      if (!variantNames.includes(name)) fail('not_found', 'There is no such variant.');
      const isWanted = await pictures.addVariant(hashIn(c), name, await bodyBytes(c, maxBytes));
      return isWanted ? c.body(null, 204) : notWanted();
    })
    .post('/events/outcomes/:hash', json(outcome), async (c) => {
      const result = c.req.valid('json');
      if (!(await pictures.finish(hashIn(c), result))) notWanted();
      measure(metrics.picturesMade, 1, { 'dormouse.picture.state': result.state });
      return c.body(null, 204);
    })
    .get(api.variant.path, (c) => deliver(c, { objects, cards }, c.req.param('file')))
    .use('/blog/api/*', authenticate(tokens, api))
    .post(api.upload.path, writer, async (c) => {
      return keep(c, await readUpload(c));
    })
    .post(api.invite.path, writer, json(api.invite.body), async (c) => {
      const expected = c.req.valid('json');
      const key = arrivedKey(required(c).id, expected.hash);
      const { url, headers } = (await objects.invite?.(key, expected, invitationSeconds)) ?? noDirectUploads();
      const expires = new Date(Date.now() + invitationSeconds * 1000);
      return c.json({ url, headers, expires_at: expires.toISOString() }, 201, own);
    })
    .post(api.arrival.path, writer, async (c) => {
      if (!objects.invite) noDirectUploads();
      const wanted = hashIn(c);
      const key = arrivedKey(required(c).id, wanted);
      const bytes = (await objects.read(key)) ?? fail('not_found', 'Nothing has arrived under this hash.');
      let type: string;
      try {
        if (hash('sha256', bytes, 'hex') !== wanted) fail('conflict', 'What has arrived has another hash.');
        type = acceptedType(bytes);
      } catch (refusal) {
        await objects.remove([key]);
        throw refusal;
      }
      const answer = await keep(c, { type, bytes });
      await objects.remove([key]);
      return answer;
    })
    .get(api.list.path, async (c) => {
      const { id } = required(c);
      const query = check(api.list.query, Object.fromEntries(new URL(c.req.url).searchParams));
      const found = await pictures.list({ ownerId: id, limit: query.limit, after: cursorOf(query.after) });
      const shown = found.slice(0, query.limit);
      return c.json(shown.map(view), 200, { ...own, ...nextLink(query.limit, found.length, shown.at(-1)) });
    })
    .get(api.ready.path, async (c) => {
      const { hashes } = check(api.ready.query, Object.fromEntries(new URL(c.req.url).searchParams));
      const found = await pictures.ready(hashes);
      return c.json(found.map(readyView), 200, {
        'cache-control': 'no-cache',
      });
    })
    .get(api.get.path, async (c) => {
      const { caller } = c.var;
      const wanted = hashIn(c);
      const theirs = caller && (await pictures.find(wanted, caller.id));
      const picture = theirs ?? (await pictures.find(wanted, undefined));
      const isShown = picture && (theirs || picture.state === 'ready' || isEditor(caller));
      return isShown ? c.json(view(picture), 200, own) : noPicture();
    })
    .get(api.original.path, async (c) => {
      const caller = required(c);
      const bytes = await pictures.uploaded(hashIn(c), isEditor(caller) ? undefined : caller.id);
      return c.body(bytes ?? noPicture(), 200, {
        ...own,
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="${hashIn(c)}"`,
        'content-security-policy': "default-src 'none'; sandbox",
      });
    })
    .delete(api.remove.path, writer, async (c) => {
      const caller = required(c);
      const removed = await pictures.remove(hashIn(c), isEditor(caller) ? undefined : caller.id);
      return removed ? c.body(null, 204) : noPicture();
    });
}

const internalOnly: MiddlewareHandler<Env> = (c, next) =>
  cameFromOutside(c) ? fail('not_found', 'There is nothing at this address.') : next();

/** Callers that may write posts. */
function writing(limiter: Limiter): MiddlewareHandler<Env> {
  const limited = limit(limiter, { key: (c) => `upload:${required(c).id}`, limit: uploadsPerMinute, windowMs: 60_000 });
  return (c, next) => {
    const { role, scopes } = required(c);
    if (role !== 'author' && !isEditor(required(c))) fail('forbidden', 'Only authors upload pictures.');
    // As posts do: an import is as fast as it can.
    return scopes.includes('import') ? next() : limited(c, next);
  };
}

const isEditor = (caller: Caller | undefined): boolean => caller?.role === 'editor' || caller?.role === 'admin';

function hashIn(c: Context<Env>): string {
  const given = c.req.param('hash') ?? '';
  return /^[0-9a-f]{64}$/.test(given) ? given : noPicture();
}

function noDirectUploads(): never {
  return fail('not_found', 'The store of this blog takes nothing from clients: send the picture itself.');
}

function noPicture(): never {
  return fail('not_found', 'There is no such picture.');
}

/** To pictures: its work is done, or nobody waits for it. */
function notWanted(): never {
  return fail('not_found', 'Nothing is wanted of this picture.');
}

function cursorOf(after: string | undefined): Cursor | undefined {
  if (after === undefined) return undefined;
  const [uploadedAt, last] = decodeCursor(after, ['number', 'string']);
  if (Math.abs(uploadedAt) > 8.64e15) failField('after', 'is not a cursor of this list');
  return [uploadedAt, last];
}

function nextLink(asked: number, found: number, last: Picture | undefined): Record<string, string> {
  if (!last || found <= asked) return {};
  const after = encodeCursor([last.uploadedAt.getTime(), last.hash]);
  return { link: `<${path}?${new URLSearchParams({ limit: String(asked), after })}>; rel="next"` };
}

function view(picture: Picture): ResponseOf<typeof api.get, 200> {
  const { hash, state, type, bytes, made, reason, uploadedAt, ...unanswered } = picture;
  nothingLeft(unanswered);
  return {
    hash,
    state,
    type: type as ResponseOf<typeof api.get, 200>['type'],
    bytes,
    address: addressOf(hash, `${namedWidth}.jpg`),
    width: made?.width ?? null,
    height: made?.height ?? null,
    color: made?.color ?? null,
    animated: made?.animated ?? null,
    variants: made ? variantViews(hash, made) : [],
    reason: reason ?? null,
    uploaded_at: uploadedAt.toISOString(),
  };
}

function readyView({ hash, width, height, color, animated, ...unanswered }: ReadyPicture) {
  nothingLeft(unanswered);
  const variants = variantViews(hash, { width, height, animated });
  return { hash, width, height, color, animated, variants } satisfies ResponseOf<typeof api.ready, 200>[number];
}

const variantViews = (hash: string, dimensions: Dimensions) =>
  variantsOf(dimensions).map(({ name, format, width }) => ({
    address: addressOf(hash, name),
    type: typeOf[format],
    width,
  }));
