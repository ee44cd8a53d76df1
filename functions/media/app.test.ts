import { createHash } from 'node:crypto';
import type { Caller, Role } from '@dormouse/runtime/caller';
import { demandDescribed } from '@dormouse/runtime/described.fixture';
import { fail } from '@dormouse/runtime/errors';
import type { Outbox } from '@dormouse/runtime/outbox';
import { describe, expect, test } from 'vitest';
import { api } from './api.ts';
import { createApp } from './app.ts';
import { maxBytes } from './fields.ts';
import { memoryStore } from './memory-store.fixture.ts';
import type { ObjectStore } from './object-store.ts';
import type { Picture, Pictures } from './store.ts';
import type { Collected } from './unused.ts';
import { arrivedKey } from './variants.ts';

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const uploadedAt = new Date('2026-11-30T12:00:00Z');
const path = '/blog/api/media';

const caller = (id: number, name: string): Caller => ({
  id,
  name,
  role: (['ada', 'bea'].includes(name) ? 'author' : name) as Role,
  scopes: [],
  jti: name,
  exp: 9e9,
  token: name,
});
/** Personal access tokens of ada. */
const limited = { reads: ['media:read'], writes: ['media:write', 'posts:read'] };
const people = ['ada', 'bea', 'reader', 'operator', 'editor'];

/** Pictures in a map, as far as app.ts can tell the difference. */
function appOver(
  collect: () => Promise<Collected> = async () => ({ collected: 3, broken: 1, failures: [] }),
  { isDirect = false } = {},
) {
  const kept = new Map<string, Picture & { owners: Set<number> }>();
  const objects = memoryStore();
  const outcomes: unknown[] = [];
  const pictures: Pictures = {
    async add({ ownerId, hash, type, bytes }) {
      const known = kept.get(hash);
      const picture = known ?? { hash, state: 'uploaded', type, bytes: bytes.length, uploadedAt, owners: new Set() };
      const isNew = !picture.owners.has(ownerId);
      picture.owners.add(ownerId);
      kept.set(hash, picture);
      const { owners, ...rest } = picture;
      return { picture: rest, isNew };
    },
    list: async ({ ownerId }) =>
      [...kept.values()].filter(({ owners }) => owners.has(ownerId)).map(({ owners, ...rest }) => rest),
    async find(hash, ownerId) {
      const { owners, ...rest } = kept.get(hash) ?? { owners: new Set<number>() };
      return 'hash' in rest && (ownerId === undefined || owners.has(ownerId)) ? rest : undefined;
    },
    ready: async (hashes) =>
      hashes.flatMap((hash) => {
        const made = kept.get(hash)?.made;
        return made ? [{ hash, ...made }] : [];
      }),
    async disown(accountId) {
      for (const { owners } of kept.values()) if (owners.delete(accountId)) owners.add(0);
    },
    async remove(hash, ownerId) {
      const found = kept.get(hash);
      if (!found || (ownerId !== undefined && !found.owners.has(ownerId))) return false;
      return kept.delete(hash);
    },
    collect: async (hash) => kept.delete(hash),
    async uploaded(hash, ownerId) {
      const found = kept.get(hash);
      return found && (ownerId === undefined || found.owners.has(ownerId)) ? new Uint8Array(png) : undefined;
    },
    original: async (hash) => (kept.get(hash)?.state === 'uploaded' ? new Uint8Array(png) : undefined),
    addVariant: async (hash) => kept.get(hash)?.state === 'uploaded',
    async finish(hash, outcome) {
      outcomes.push(outcome);
      return kept.get(hash)?.state === 'uploaded';
    },
  };
  const invite: ObjectStore['invite'] = async (key, { bytes }, seconds) => ({
    url: `https://s3.example/${key}?for=${seconds}`,
    headers: { 'content-length': String(bytes) },
  });
  if (isDirect) objects.invite = invite;
  const app = createApp({
    pictures,
    objects,
    outbox: { transaction: (work) => work((async () => [{}]) as never, () => {}), drained: async () => {} } as Outbox,
    cards: {
      read: async ({ post, digest }) => (post === 7 && digest === 'd'.repeat(32) ? new Uint8Array(png) : undefined),
    },
    sweepCards: async () => {},
    tokens: {
      verify: async (token) =>
        token in limited
          ? { ...caller(1, 'ada'), scopes: limited[token as keyof typeof limited], limited: true }
          : people.includes(token)
            ? caller(people.indexOf(token) + 1, token)
            : fail('unauthorized', 'The token is not valid.'),
    },
    limiter: { take: async () => ({ allowed: true, remaining: 1, resetMs: 0 }) },
    collect,
  });
  const ask = async (
    method: string,
    at: string,
    { as, body, headers = {} }: { as?: string; body?: BodyInit; headers?: Record<string, string> } = {},
  ) => {
    const response = await app.request(at, {
      method,
      headers: { ...(as && { authorization: `Bearer ${as}` }), ...headers },
      ...(body !== undefined && { body }),
    });
    return demandDescribed(api, method, at, response);
  };
  const upload = (bytes: Buffer, as = 'ada', type = 'application/octet-stream') =>
    ask('POST', path, { as, body: new Uint8Array(bytes), headers: { 'content-type': type } });
  return { ask, upload, kept, objects, outcomes };
}

describe('an upload', () => {
  test('is taken as a body and as a form, and is one picture', async () => {
    const { ask, upload } = appOver();
    const first = await upload(png);
    expect([first.status, first.headers.get('location')]).toEqual([201, `${path}/${sha(png)}`]);
    expect(await first.json()).toMatchObject({
      hash: sha(png),
      state: 'uploaded',
      type: 'image/png',
      address: `/blog/media/pictures/${sha(png)}-1280.jpg`,
      variants: [],
    });
    const body = new FormData();
    body.set('alt', 'words');
    body.set('file', new File([new Uint8Array(png)], 'holiday.jpg', { type: 'text/html' }));
    expect((await ask('POST', path, { as: 'ada', body })).status).toBe(200);
    expect((await ask('POST', path, { as: 'bea', body })).status).toBe(201);
  });

  test('is known by its bytes, whatever it is called', async () => {
    const { upload } = appOver();
    const page = Buffer.from('<!doctype html><script>alert(1)</script>');
    for (const bytes of [page, Buffer.from('%PDF-1.7'), Buffer.alloc(0)])
      expect((await upload(bytes, 'ada', 'image/png')).status).toBe(415);
    expect((await upload(png, 'ada', 'text/html')).status).toBe(201);
  });

  test('of SVG is refused with the reason', async () => {
    const response = await appOver().upload(svg, 'ada', 'image/svg+xml');
    expect(response.status).toBe(415);
    expect(((await response.json()) as { detail: string }).detail).toMatch(/^SVG is not taken: .*scripts/);
  });

  test('has a limit, as a body and in a form', async () => {
    const { ask, upload, kept } = appOver();
    const large = Buffer.alloc(maxBytes + 1);
    png.copy(large);
    expect((await upload(large)).status).toBe(413);
    const body = new FormData();
    body.set('file', new File([new Uint8Array(large)], 'a.png'));
    expect((await ask('POST', path, { as: 'ada', body })).status).toBe(413);
    expect(kept.size).toBe(0);
  });

  test('as a form needs its file, and has to be a form', async () => {
    const { ask } = appOver();
    const body = new FormData();
    body.set('file', 'just words');
    const response = await ask('POST', path, { as: 'ada', body });
    expect(await response.json()).toMatchObject({
      status: 422,
      errors: [{ field: 'file', message: 'must be a file' }],
    });
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    expect((await ask('POST', path, { as: 'ada', body: 'nothing of it', headers })).status).toBe(400);
  });

  test.each([
    ['nobody', undefined, 401],
    ['a bad token', 'forged', 401],
    ['a reader', 'reader', 403],
    ['an operator', 'operator', 403],
    ['a token that may only read', 'reads', 403],
  ])('of %s is refused', async (_, as, status) => {
    const { ask, kept } = appOver();
    expect((await ask('POST', path, { ...(as && { as }), body: new Uint8Array(png) })).status).toBe(status);
    expect(kept.size).toBe(0);
  });
});

describe('an upload straight to the store', () => {
  const open = () => appOver(undefined, { isDirect: true });
  const announce = ({ ask }: ReturnType<typeof appOver>, hash: string, bytes: number, as = 'ada') => {
    const headers = { 'content-type': 'application/json' };
    return ask('POST', `${path}/-/uploads`, { as, body: JSON.stringify({ hash, bytes }), headers });
  };
  const arrive = ({ ask }: ReturnType<typeof appOver>, hash: string, as = 'ada') =>
    ask('POST', `${path}/${hash}/arrival`, { as });

  test('is asked for, put, looked at, and then a picture like any other', async () => {
    const app = open();
    const asked = await announce(app, sha(png), png.length);
    expect(asked.status).toBe(201);
    expect(await asked.json()).toMatchObject({
      url: `https://s3.example/${arrivedKey(1, sha(png))}?for=600`,
      headers: { 'content-length': String(png.length) },
    });
    expect((await arrive(app, sha(png))).status).toBe(404);
    await app.objects.write(arrivedKey(1, sha(png)), png);
    expect((await arrive(app, sha(png), 'bea')).status).toBe(404);
    const arrived = await arrive(app, sha(png));
    expect([arrived.status, arrived.headers.get('location')]).toEqual([201, `${path}/${sha(png)}`]);
    expect(await arrived.json()).toMatchObject({ hash: sha(png), type: 'image/png', state: 'uploaded' });
    expect(await app.objects.has(arrivedKey(1, sha(png)))).toBe(false);
  });

  test.each([
    ['is another', sha(png), Buffer.from([...png, 0]), 409],
    ['is no picture', sha(svg), svg, 415],
    ['is too large', sha(Buffer.alloc(maxBytes + 1)), Buffer.alloc(maxBytes + 1), 413],
  ])('that %s is refused, and not kept', async (_, hash, bytes, status) => {
    const app = open();
    await app.objects.write(arrivedKey(1, hash), bytes);
    expect((await arrive(app, hash)).status).toBe(status);
    expect([app.kept.size, await app.objects.has(arrivedKey(1, hash))]).toEqual([0, false]);
  });

  test('is invited for a length that is taken, and only to authors', async () => {
    const app = open();
    for (const [hash, bytes] of [
      ['x', 1],
      [sha(png), 0],
      [sha(png), maxBytes + 1],
    ] as const)
      expect((await announce(app, hash, bytes)).status).toBe(422);
    for (const as of ['reader', 'reads']) expect((await announce(app, sha(png), 1, as)).status).toBe(403);
    expect((await arrive(app, sha(png), 'reader')).status).toBe(403);
  });

  test('is not offered by a store that clients do not reach', async () => {
    const app = appOver();
    expect((await announce(app, sha(png), png.length)).status).toBe(404);
    await app.objects.write(arrivedKey(1, sha(png)), png);
    expect((await arrive(app, sha(png))).status).toBe(404);
    expect(app.kept.size).toBe(0);
  });
});

test('a personal access token does what its scopes say', async () => {
  const { ask, upload } = appOver();
  expect((await upload(png, 'writes')).status).toBe(201);
  const at = `${path}/${sha(png)}`;
  for (const [as, status] of [
    ['reads', 200],
    ['writes', 403],
  ] as const)
    for (const each of [path, at]) expect((await ask('GET', each, { as })).status).toBe(status);
  expect((await ask('DELETE', at, { as: 'reads' })).status).toBe(403);
  expect((await ask('DELETE', at, { as: 'writes' })).status).toBe(204);
});

test('pictures stay when their owner’s account goes, and belong to nobody', async () => {
  const { ask, upload, kept } = appOver();
  await upload(png);
  const headers = {
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-id': '1',
    'ce-source': '/auth',
    'ce-type': 'dev.dormouse.user.deleted.v1',
    'ce-subject': 'user/1',
  };
  const body = JSON.stringify({ id: 1, username: 'ada' });
  expect((await ask('POST', '/events', { body, headers })).status).toBe(204);
  expect([...(kept.get(sha(png))?.owners ?? [])]).toEqual([0]);
  const outside = { ...headers, 'x-client-address': '203.0.113.7' };
  expect((await ask('POST', '/events', { body, headers: outside })).status).toBe(404);
});

describe('what is known of a picture', () => {
  test('is the owner’s until it is ready, and everybody’s then', async () => {
    const { ask, upload, kept } = appOver();
    await upload(png);
    const at = `${path}/${sha(png)}`;
    expect((await ask('GET', at, { as: 'ada' })).status).toBe(200);
    expect((await ask('GET', at, { as: 'bea' })).status).toBe(404);
    expect((await ask('GET', at)).status).toBe(404);
    Object.assign(kept.get(sha(png))!, {
      state: 'ready',
      made: { width: 1000, height: 500, color: '#123456', animated: false },
    });
    const response = await ask('GET', at);
    expect(await response.json()).toMatchObject({
      state: 'ready',
      width: 1000,
      variants: expect.arrayContaining([
        { address: `/blog/media/pictures/${sha(png)}-1280.avif`, type: 'image/avif', width: 1000 },
        { address: `/blog/media/pictures/${sha(png)}-640.jpg`, type: 'image/jpeg', width: 640 },
      ]),
    });
  });

  test('is told of many at once, without those that are not ready', async () => {
    const { ask, upload, kept } = appOver();
    await upload(png);
    const at = `${path}/-/ready?hashes=${sha(png)},${'0'.repeat(64)}`;
    expect(await (await ask('GET', at)).json()).toEqual([]);
    Object.assign(kept.get(sha(png))!, { made: { width: 600, height: 500, color: '#123456', animated: false } });
    const [only] = (await (await ask('GET', at)).json()) as { variants: unknown[] }[];
    expect(only).toMatchObject({ hash: sha(png), width: 600, height: 500, color: '#123456' });
    expect(only?.variants).toHaveLength(3);
    for (const query of ['', '?hashes=', '?hashes=x', `?hashes=${Array(101).fill(sha(png)).join(',')}`])
      expect((await ask('GET', `${path}/-/ready${query}`)).status, query.slice(0, 20)).toBe(422);
  });

  test('is given back as it was uploaded, to its owner and to editors', async () => {
    const { ask, upload } = appOver();
    await upload(png);
    const at = `${path}/${sha(png)}/original`;
    const response = await ask('GET', at, { as: 'ada' });
    expect(Buffer.from(await response.arrayBuffer())).toEqual(png);
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect((await ask('GET', at, { as: 'editor' })).status).toBe(200);
    expect((await ask('GET', at, { as: 'bea' })).status).toBe(404);
    expect((await ask('GET', at)).status).toBe(401);
  });
  test('is listed for its owner alone', async () => {
    const { ask, upload } = appOver();
    await upload(png);
    expect(await (await ask('GET', path, { as: 'ada' })).json()).toHaveLength(1);
    expect(await (await ask('GET', path, { as: 'bea' })).json()).toEqual([]);
    expect((await ask('GET', path)).status).toBe(401);
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'after=!', 'after=WzFlMzAwLCJhIl0'])
      expect((await ask('GET', `${path}?${query}`, { as: 'ada' })).status, query).toBe(422);
  });

  test('is deleted by its owner and by editors', async () => {
    const { ask, upload, kept } = appOver();
    await upload(png);
    const at = `${path}/${sha(png)}`;
    expect((await ask('DELETE', at, { as: 'bea' })).status).toBe(404);
    expect((await ask('DELETE', at, { as: 'ada' })).status).toBe(204);
    await upload(png);
    expect((await ask('DELETE', at, { as: 'editor' })).status).toBe(204);
    expect(kept.size).toBe(0);
    for (const wrong of ['x', '..%2f..%2fetc', 'A'.repeat(64)])
      expect((await ask('DELETE', `${path}/${wrong}`, { as: 'ada' })).status).toBe(404);
  });
});

describe('a variant', () => {
  const body = 'the bytes of a picture';
  const file = `/blog/media/pictures/${sha(png)}-1280.webp`;
  async function withVariant() {
    const world = appOver();
    await world.objects.write(`pictures/${sha(png).slice(0, 2)}/${sha(png)}-1280.webp`, Buffer.from(body));
    return world;
  }

  test('is served for ever, with the type that its name says', async () => {
    const { ask } = await withVariant();
    const response = await ask('GET', file);
    expect(await response.text()).toBe(body);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=31536000, immutable',
      'accept-ranges': 'bytes',
      etag: expect.stringMatching(/^"[\w-]{27}"$/),
    });
    const etag = response.headers.get('etag')!;
    expect((await ask('GET', file, { headers: { 'if-none-match': `"x", ${etag}` } })).status).toBe(304);
    // What purges a picture of a shared cache, of which browsers need not know.
    expect((await ask('GET', file)).headers.get('surrogate-key')).toMatch(/^picture-[0-9a-f]{16}$/);
    expect((await ask('GET', file, { headers: { 'if-none-match': '"x"' } })).status).toBe(200);
  });

  test('for a face is the square, of a picture from before there were any the smallest', async () => {
    const { ask, objects } = appOver();
    const face = file.replace('1280', '96');
    const key = (name: string) => `pictures/${sha(png).slice(0, 2)}/${sha(png)}-${name}`;
    expect((await ask('GET', face)).status).toBe(404);
    await objects.write(key('640.webp'), Buffer.from('whole'));
    expect(await (await ask('GET', face)).text()).toBe('whole');
    await objects.write(key('96.webp'), Buffer.from('square'));
    const served = await ask('GET', face);
    expect([await served.text(), served.headers.get('content-type')]).toEqual(['square', 'image/webp']);
    expect(await (await ask('GET', file)).text()).toBe('whole');
    expect((await ask('GET', face.replace('webp', 'jpg'))).status).toBe(404);
  });

  test('that would be wider than the picture is the widest there is; no other size or format is', async () => {
    const { ask } = await withVariant();
    expect(await (await ask('GET', file.replace('1280', '1920'))).text()).toBe(body);
    for (const wrong of [
      file.replace('1280', '640'),
      file.replace('1280', '1281'),
      file.replace('webp', 'jpg'),
      file.replace('webp', 'png'),
      file.replace('-1280.webp', ''),
      `/blog/media/pictures/..%2f..%2foriginals`,
    ])
      expect((await ask('GET', wrong)).status, wrong).toBe(404);
  });

  test.each([
    ['bytes=0-2', 'the', 'bytes 0-2/22'],
    ['bytes=15-', 'picture', 'bytes 15-21/22'],
    ['bytes=-7', 'picture', 'bytes 15-21/22'],
    ['bytes=15-99', 'picture', 'bytes 15-21/22'],
    ['bytes=-99', body, 'bytes 0-21/22'],
  ])('has ranges: %s', async (range, text, contentRange) => {
    const { ask } = await withVariant();
    const response = await ask('GET', file, { headers: { range } });
    expect([response.status, await response.text(), response.headers.get('content-range')]).toEqual([
      206,
      text,
      contentRange,
    ]);
  });

  test.each(['bytes=22-', 'bytes=-0'])('has no bytes at %s', async (range) => {
    const { ask } = await withVariant();
    const response = await ask('GET', file, { headers: { range } });
    expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */22']);
  });

  test.each(['bytes=3-1', 'bytes=0-1,3-4', 'lines=0-1', 'bytes=-', 'bytes=a-b'])('is whole for %s', async (range) => {
    const { ask } = await withVariant();
    expect((await ask('GET', file, { headers: { range } })).status).toBe(200);
  });

  test('of another ETag is sent whole', async () => {
    const { ask } = await withVariant();
    const headers = { range: 'bytes=0-2', 'if-range': '"another"' };
    expect((await ask('GET', file, { headers })).status).toBe(200);
    const etag = (await ask('GET', file)).headers.get('etag')!;
    expect((await ask('GET', file, { headers: { ...headers, 'if-range': etag } })).status).toBe(206);
  });
});

describe('to pictures', () => {
  const json = { 'content-type': 'application/json' };
  const ready = JSON.stringify({ state: 'ready', width: 1, height: 1, color: '#000000', animated: false });

  test('the original is given, variants and the outcome are taken, while they are wanted', async () => {
    const { ask, upload, kept, outcomes } = appOver();
    await upload(png);
    expect(Buffer.from(await (await ask('GET', `/events/originals/${sha(png)}`)).arrayBuffer())).toEqual(png);
    expect((await ask('PUT', `/events/variants/${sha(png)}/640.jpg`, { body: 'x' })).status).toBe(204);
    expect((await ask('PUT', `/events/variants/${sha(png)}/641.jpg`, { body: 'x' })).status).toBe(404);
    const at = `/events/outcomes/${sha(png)}`;
    expect((await ask('POST', at, { body: ready, headers: json })).status).toBe(204);
    expect((await ask('POST', at, { body: '{"state":"ready"}', headers: json })).status).toBe(422);
    expect(outcomes).toHaveLength(1);
    kept.get(sha(png))!.state = 'refused';
    expect((await ask('GET', `/events/originals/${sha(png)}`)).status).toBe(404);
    expect((await ask('PUT', `/events/variants/${sha(png)}/640.jpg`, { body: 'x' })).status).toBe(404);
    expect((await ask('POST', at, { body: ready, headers: json })).status).toBe(404);
  });

  test('nobody from outside is heard', async () => {
    const { ask, upload } = appOver();
    await upload(png);
    const headers = { ...json, 'x-client-address': '192.0.2.7' };
    expect((await ask('GET', `/events/originals/${sha(png)}`, { headers })).status).toBe(404);
    expect((await ask('PUT', `/events/variants/${sha(png)}/640.jpg`, { headers, body: 'x' })).status).toBe(404);
    expect((await ask('POST', `/events/outcomes/${sha(png)}`, { headers, body: ready })).status).toBe(404);
  });
});

describe('a sweep', () => {
  test('says what it has deleted, and is not for those outside', async () => {
    const { ask } = appOver();
    expect(await (await ask('POST', '/events/sweep')).json()).toEqual({ collected: 3, broken: 1 });
    expect((await ask('POST', '/events/sweep', { headers: { 'x-client-address': '192.0.2.7' } })).status).toBe(404);
  });

  test('is 503 when it cannot be told what is used', async () => {
    const { ask } = appOver(() => Promise.reject(new Error('posts is away')));
    expect((await ask('POST', '/events/sweep')).status).toBe(503);
  });
});

describe('the picture of a post for cards', () => {
  const address = `/blog/media/pictures/card-7-${'d'.repeat(32)}.png`;
  const earlier = `/blog/media/pictures/card-${'ab'.repeat(32)}.png`;

  test.each([
    [address, 'post-7'],
    [earlier, 'picture-abababababababab'],
  ])('%s is served for ever, known to shared caches by %s', async (address, key) => {
    const { ask, objects } = appOver();
    await objects.write(`cards/ab/${'ab'.repeat(32)}.png`, png);
    const response = await ask('GET', address);
    const fields = ['content-type', 'cache-control', 'surrogate-key'].map((name) => response.headers.get(name));
    expect([response.status, ...fields]).toEqual([200, 'image/png', 'public, max-age=31536000, immutable', key]);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(png);
    const head = await ask('HEAD', address);
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, response.headers.get('etag'), '']);
    const etag = response.headers.get('etag') ?? '';
    expect((await ask('GET', address, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  test('is 404 under any other name', async () => {
    const { ask } = appOver();
    const names = [`8-${'d'.repeat(32)}`, `7-${'e'.repeat(32)}`, `07-${'d'.repeat(32)}`, '7', `7-${'D'.repeat(32)}`];
    for (const name of [...names, 'ab'.repeat(32), `${'9'.repeat(16)}-${'d'.repeat(32)}`])
      expect((await ask('GET', `/blog/media/pictures/card-${name}.png`)).status).toBe(404);
  });
});
