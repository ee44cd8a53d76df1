import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { route } from '@dormouse/local/platform.fixture';
import { Agent, request } from 'undici';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CachedIngress, cachedIngress } from './cached-ingress.fixture.ts';

let world: CachedIngress;
const patient = { timeout: 20_000 };
afterEach(async () => {
  vi.useRealTimers();
  await world[Symbol.asyncDispose]();
});

const minute = { 'cache-control': 'public, max-age=60' };
/** Answers each request with its number and these fields. */
const numbered = (fields: Record<string, string> = minute, status = 200): RequestListener => {
  let count = 0;
  return (_request, response) => void response.writeHead(status, fields).end(`answer ${++count}`);
};
const later = (seconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1_000 });
};
const cacheStatus = ({ headers }: { headers: Record<string, unknown> }) => headers['cache-status'];

describe('what is kept', () => {
  it('answers from memory, and says so', async () => {
    world = await cachedIngress(
      numbered({ ...minute, 'cdn-cache-control': 'max-age=3600', 'surrogate-key': 'posts', etag: '"1"', link: '</a>' }),
    );
    const first = await world.get('/list?limit=2');
    later(30);
    const second = await world.get('/list?limit=2');
    expect([first.body, second.body]).toEqual(['answer 1', 'answer 1']);
    expect([cacheStatus(first), cacheStatus(second)]).toEqual([
      'dormouse; fwd=uri-miss; stored',
      'dormouse; hit; ttl=3570',
    ]);
    expect(second.headers).toMatchObject({
      age: '30',
      etag: '"1"',
      link: '</a>',
      'cache-control': minute['cache-control'],
    });
    expect(second.headers['x-trace-id']).not.toBe(first.headers['x-trace-id']);
    // A cache behind this one is not told of changes.
    for (const { headers } of [first, second])
      expect(Object.keys(headers)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(cdn|surrogate)-/)]));
    expect(world.asked).toHaveLength(1);
  });

  it.each<[string, Record<string, string>, number?]>([
    ['nothing said', {}],
    ['heuristics only', { 'last-modified': 'Tue, 01 Jan 2019 00:00:00 GMT' }],
    ['private', { 'cache-control': 'Private, max-age=60' }],
    ['private beside a word for caches', { 'cache-control': 'private', 'cdn-cache-control': 'max-age=60' }],
    ['no-store beside a word for caches', { 'cache-control': 'NO-STORE', 'cdn-cache-control': 'max-age=60' }],
    ['no-store for caches', { ...minute, 'cdn-cache-control': 'no-store' }],
    ['no-cache', { 'cache-control': 'no-cache, max-age=60, stale-while-revalidate=60' }],
    ['never fresh', { 'cache-control': 'public, max-age=0, stale-while-revalidate=60' }],
    ['a cookie', { ...minute, 'set-cookie': 'a=b' }],
    ['a cookie beside a word for caches', { 'cdn-cache-control': 'public, max-age=60', 'set-cookie': 'a=b' }],
    ['Vary: *', { ...minute, vary: 'Accept-Encoding, *' }],
    ['an age that is none', { ...minute, age: '-1' }],
    ['older than it may be', { ...minute, age: '60' }],
    ['a field of the connection', { ...minute, connection: 'a', a: '1' }],
    ['a part', { ...minute, 'content-range': 'bytes 0-7/100' }, 206],
    ['an error', minute, 500],
  ])('keeps no answer with %s', async (_what, fields, status = 200) => {
    world = await cachedIngress(numbered(fields, status));
    await world.get('/a');
    expect((await world.get('/a')).body).toBe('answer 2');
  });

  it.each<[string, Record<string, string>]>([
    ['for caches instead of for all', { 'cache-control': 'no-cache', 'cdn-cache-control': 'max-age=60' }],
    ['for surrogates', { 'cache-control': 'public, max-age=0', 'surrogate-control': 'max-age=60' }],
    ['for all where that for caches cannot be read', { ...minute, 'cdn-cache-control': 'max-age=' }],
    ['with must-revalidate while it is fresh', { 'cache-control': 'max-age=60, must-revalidate' }],
    ['by Expires', { expires: new Date(Date.now() + 60_000).toUTCString() }],
  ])('goes by what is said %s', async (_what, fields) => {
    world = await cachedIngress(numbered(fields));
    await world.get('/a');
    expect((await world.get('/a')).body).toBe('answer 1');
  });

  it('keeps address, query, host and variants apart', async () => {
    world = await cachedIngress((request, response) => {
      response.writeHead(200, { ...minute, vary: 'Accept-Language, Accept-Encoding' });
      response.end([request.headers['accept-language'], request.url, request.headers['x-forwarded-host']].join(' '));
    });
    const { host } = new URL(world.url);
    const ask = async (path: string, language: string, name = host) =>
      (await world.get(path, { 'accept-language': language, host: name })).body;
    for (let round = 0; round < 2; round++) {
      expect(await ask('/a?b=1', 'ko')).toBe(`ko /a?b=1 ${host}`);
      expect(await ask('/a?b=1', 'en')).toBe(`en /a?b=1 ${host}`);
      expect(await ask('/a?b=1&', 'en')).toBe(`en /a?b=1& ${host}`);
      expect(await ask('/a', 'en')).toBe(`en /a ${host}`);
      expect(await ask('/a', 'en', 'evil.example')).toBe('en /a evil.example');
    }
    expect(world.asked).toHaveLength(5);
    for (let n = 0; n < 40; n++) await ask('/a', `x-${n}`);
    expect(world.cache.figures.entries).toBe(4);
  });

  it('keeps no more than its memory holds, and no body of more than a sixteenth of it', async () => {
    world = await cachedIngress(
      ({ url }, response) => void response.writeHead(200, minute).end('x'.repeat(url === '/long' ? 10_001 : 9_000)),
      { maxBytes: 160_000 },
    );
    await world.get('/long');
    expect(world.cache.figures).toMatchObject({ entries: 0 });
    for (let n = 0; n < 40; n++) await world.get(`/${n}`);
    const { entries, bytes } = world.cache.figures;
    expect(entries).toBeGreaterThan(10);
    expect(bytes).toBeLessThanOrEqual(160_000);
    expect((await world.get('/long')).body).toHaveLength(10_001);
  });

  it('keeps nothing of an answer that was cut off', async () => {
    let count = 0;
    world = await cachedIngress((_request, response) => {
      if (++count > 1) response.writeHead(200, minute).end('whole');
      else response.writeHead(200, { ...minute, 'content-length': '10' }).write('half', () => response.destroy());
    });
    await expect(world.get('/a')).rejects.toThrow();
    expect((await world.get('/a')).body).toBe('whole');
  });
});

describe('who is answered from memory', () => {
  it.each<[string, Record<string, string>]>([
    ['a cookie', { cookie: 'theme=dark' }],
    ['a session', { cookie: 'dormouse_session=1' }],
    ['a token', { authorization: 'Bearer x' }],
    ['a range', { range: 'bytes=0-1' }],
    ['a condition on the present answer', { 'if-match': '"1"' }],
    ['another method in a header', { 'x-http-method-override': 'DELETE' }],
    ['another address in a header', { 'x-original-url': '/admin' }],
    ['a wish for a new answer', { 'cache-control': 'no-cache' }],
    ['the same, as HTTP/1.0 says it', { pragma: 'no-cache' }],
    ['a limit for the age', { 'cache-control': 'max-age=0' }],
  ])('not a request with %s', async (_what, headers) => {
    world = await cachedIngress(numbered());
    await world.get('/a');
    later(1);
    expect((await world.get('/a', headers)).body).toBe('answer 2');
  });

  it.each<[string, Record<string, string>]>([
    ['a cookie', { cookie: 'a=b' }],
    ['a token', { authorization: 'Bearer x' }],
    ['another method in a header', { 'x-http-method': 'DELETE' }],
    ['a wish that nothing is kept', { 'cache-control': 'no-store' }],
  ])('and what a request with %s gets is kept for nobody', async (_what, headers) => {
    world = await cachedIngress(numbered());
    await world.get('/a', headers);
    expect((await world.get('/a')).body).toBe('answer 2');
  });

  it('not a GET with a body', async () => {
    world = await cachedIngress((message, response) => {
      message
        .resume()
        .on('end', () => response.writeHead(200, minute).end(`length ${message.headers['content-length']}`));
    });
    // undici sends no body with GET.
    const poison = await request(`${world.url}/a`, {
      method: 'GET',
      headers: {},
      body: 'evil',
      blocking: true,
    } as never);
    expect(await poison.body.text()).toBe('length 4');
    expect((await world.get('/a')).body).toBe('length undefined');
  });

  it('no function hears what a client says of the host, so that no answer can be poisoned with it', async () => {
    world = await cachedIngress(({ headers }, response) => {
      response.writeHead(200, minute).end(`${headers['x-forwarded-host']} ${headers.forwarded}`);
    });
    await world.get('/a', { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example', 'x-real-ip': '::1' });
    expect((await world.get('/a')).body).not.toContain('evil');
  });

  it('HEAD by what GET was answered', async () => {
    world = await cachedIngress(numbered());
    await world.get('/a', {}, 'HEAD');
    await world.get('/a');
    const { status, headers, body } = await world.get('/a', {}, 'HEAD');
    expect([status, headers['content-length'], body, world.asked.length]).toEqual([200, '8', '', 2]);
  });

  it('only-if-cached by 504 where there is nothing', async () => {
    world = await cachedIngress(numbered());
    const onlyIfCached = { 'cache-control': 'only-if-cached' };
    expect((await world.get('/a', onlyIfCached)).status).toBe(504);
    await world.get('/a');
    expect((await world.get('/a', onlyIfCached)).body).toBe('answer 1');
  });
});

describe('conditions', () => {
  const modified = 'Tue, 01 Dec 2026 00:00:00 GMT';
  const tagged = numbered({ ...minute, etag: '"1"', 'last-modified': modified, 'content-type': 'text/plain' });

  it.each<[string, Record<string, string>, number]>([
    ['the tag', { 'if-none-match': '"0", W/"1"' }, 304],
    ['another tag', { 'if-none-match': '"2"', 'if-modified-since': modified }, 200],
    ['anything', { 'if-none-match': '*' }, 304],
    ['the time', { 'if-modified-since': modified }, 304],
    ['a time before', { 'if-modified-since': 'Mon, 30 Nov 2026 23:59:59 GMT' }, 200],
  ])('a client that has %s', async (_what, headers, status) => {
    world = await cachedIngress(tagged);
    for (let round = 0; round < 2; round++) {
      const answer = await world.get('/a', headers);
      expect([answer.status, answer.headers.etag, answer.body === '']).toEqual([status, '"1"', status === 304]);
      expect(answer.headers['content-type']).toBe(status === 304 ? undefined : 'text/plain');
    }
    // The first asks for the whole answer, whatever it has.
    expect(world.asked.map(({ headers }) => headers['if-none-match'] ?? headers['if-modified-since'])).toEqual([
      undefined,
    ]);
  });

  it('go on to functions whose answers are not for everybody', async () => {
    world = await cachedIngress(({ headers }, response) => {
      const status = headers['if-none-match'] === '"1"' ? 304 : 200;
      response.writeHead(status, { 'cache-control': 'private', etag: '"1"' }).end(status === 304 ? undefined : 'mine');
    });
    const conditional = { 'if-none-match': '"1"' };
    expect((await world.get('/a', conditional)).status).toBe(200);
    expect((await world.get('/a', conditional)).status).toBe(304);
  });
});

describe('stale answers', () => {
  it('while a new one is fetched, once', async () => {
    world = await cachedIngress(numbered({ 'cache-control': 'max-age=10, stale-while-revalidate=30' }));
    await world.get('/a');
    later(20);
    const all = await Promise.all([world.get('/a'), world.get('/a')]);
    expect(all.map(({ body }) => body)).toEqual(['answer 1', 'answer 1']);
    expect(cacheStatus(all[0])).toBe('dormouse; hit; ttl=-10');
    await expect.poll(async () => (await world.get('/a')).body, patient).toBe('answer 2');
    expect(world.asked).toHaveLength(2);
    later(60);
    expect((await world.get('/a')).body).toBe('answer 3');
  });

  const failing = (control: string): RequestListener => {
    let count = 0;
    return (_request, response) => {
      if (++count === 1) response.writeHead(200, { 'cache-control': control }).end('good');
      else response.writeHead(503).end('bad');
    };
  };

  it.each([
    ['max-age=10, stale-if-error=60', 'good'],
    ['max-age=10, stale-if-error=60, must-revalidate', 'bad'],
    ['s-maxage=10, stale-if-error=60', 'bad'],
    ['max-age=10', 'bad'],
    ['max-age=10, stale-if-error=5', 'bad'],
  ])('in place of an error, by %s: %s', async (control, body) => {
    world = await cachedIngress(failing(control));
    await world.get('/a');
    later(20);
    expect((await world.get('/a')).body).toBe(body);
  });

  it('not because a client would take one', async () => {
    world = await cachedIngress(numbered({ 'cache-control': 'max-age=10' }));
    await world.get('/a');
    later(20);
    expect((await world.get('/a', { 'cache-control': 'max-stale' })).body).toBe('answer 2');
  });
});

describe('many at once', () => {
  const slow =
    (respond: RequestListener): RequestListener =>
    async (message: IncomingMessage, response: ServerResponse) => {
      await sleep(50);
      respond(message, response);
    };
  const many = Array.from({ length: 30 });

  it('are one request to the function', async () => {
    world = await cachedIngress(slow(numbered()));
    const all = await Promise.all(many.map(() => world.get('/a')));
    expect(new Set(all.map(({ body }) => body))).toEqual(new Set(['answer 1']));
    expect(world.asked).toHaveLength(1);
    const { miss, hit, collapsed } = world.cache.figures.requests;
    expect([miss, hit + collapsed]).toEqual([1, 29]);
    expect(collapsed).toBeGreaterThan(0);
  });

  it.each([{ 'cache-control': 'private' }, { ...minute, 'set-cookie': 'id=1' }, { ...minute, vary: '*' }])(
    'each get their own answer where it is not for everybody: %j',
    async (fields) => {
      world = await cachedIngress(slow(numbered(fields)));
      const all = await Promise.all(many.map(() => world.get('/a')));
      expect(new Set(all.map(({ body }) => body)).size).toBe(30);
    },
  );

  it('do not go without an answer when the one that asked goes away', async () => {
    const answers = numbered();
    world = await cachedIngress((message, response) => {
      if (world.asked.length > 1) answers(message, response);
    });
    const first = new AbortController();
    const gone = request(`${world.url}/a`, { signal: first.signal, dispatcher: new Agent() }).catch(() => 'gone');
    await expect.poll(() => world.asked.length, patient).toBe(1);
    const others = Promise.all(many.map(() => world.get('/a')));
    await sleep(50);
    expect(world.asked).toHaveLength(1);
    first.abort();
    expect(await gone).toBe('gone');
    expect(new Set((await others).map(({ body }) => body))).toEqual(new Set(['answer 1']));
    expect(world.asked).toHaveLength(2);
  });
});

describe('forgetting', () => {
  const keyed: RequestListener = (message, response) => {
    response
      .writeHead(200, { ...minute, 'surrogate-key': `all of-${message.url!.slice(1)}` })
      .end(String(Math.random()));
  };

  it('by tag, or everything', async () => {
    world = await cachedIngress(keyed);
    const read = async () => [(await world.get('/a')).body, (await world.get('/b')).body] as const;
    const before = await read();
    expect(world.cache.purge(['of-b', 'of-c'])).toBe(1);
    const after = await read();
    expect([after[0] === before[0], after[1] === before[1]]).toEqual([true, false]);
    expect(world.cache.purge(['all'])).toBe(2);
    expect((await read())[0]).not.toBe(before[0]);
    expect(world.cache.figures.purged).toBe(3);
  });

  it('an older answer does not come back when the newer one is forgotten', async () => {
    const keys = ['old', 'new', 'newest'];
    world = await cachedIngress((_request, response) => {
      const key = keys.shift()!;
      response.writeHead(200, { ...minute, 'surrogate-key': key }).end(key);
    });
    await world.get('/a');
    await world.get('/a', { 'cache-control': 'no-cache' });
    world.cache.purge(['new']);
    expect((await world.get('/a')).body).toBe('newest');
  });

  it('an answer that was asked for earlier, and comes later, is not kept', async () => {
    const first = Promise.withResolvers<void>();
    world = await cachedIngress(async (_request, response) => {
      const said = world.asked.length === 1 ? 'older' : 'newer';
      if (said === 'older') await first.promise;
      response.writeHead(200, minute).end(said);
    });
    const older = world.get('/a');
    await expect.poll(() => world.asked.length, patient).toBe(1);
    expect((await world.get('/a', { 'cache-control': 'no-cache' })).body).toBe('newer');
    first.resolve();
    expect((await older).body).toBe('older');
    expect((await world.get('/a')).body).toBe('newer');
  });

  it.each([true, false])('what was asked for before a purge is given to nobody who asks later: %s', async (isAsked) => {
    let text = 'before';
    const held = Promise.withResolvers<void>();
    world = await cachedIngress(async (_request, response) => {
      const said = text;
      if (said === 'before') await held.promise;
      response.writeHead(200, { ...minute, 'surrogate-key': 'k' }).end(said);
    });
    const first = world.get('/a');
    await expect.poll(() => world.asked.length, patient).toBe(1);
    text = 'after';
    world.cache.purge(['k']);
    if (isAsked) expect((await world.get('/a')).body).toBe('after');
    held.resolve();
    expect((await first).body).toBe('before');
    expect((await world.get('/a')).body).toBe('after');
  });

  it.each([
    ['POST', 201, true],
    ['DELETE', 204, true],
    ['POST', 422, false],
    ['OPTIONS', 204, false],
  ])('%s answered by %i: %s', async (method, status, isForgotten) => {
    let count = 0;
    world = await cachedIngress((message, response) => {
      if (message.method === 'GET') response.writeHead(200, minute).end(`answer ${++count}`);
      else response.writeHead(status, { location: '/new' }).end();
    });
    const paths = ['/a', '/new', '/other'];
    for (const path of paths) await world.get(path);
    await world.get('/a', {}, method);
    const after = await Promise.all(paths.map((path) => world.get(path)));
    expect(after.map(({ headers }) => headers.age === undefined)).toEqual([isForgotten, isForgotten, false]);
  });

  it('everything when routes change', async () => {
    world = await cachedIngress(numbered());
    await world.get('/a');
    world.cache.clear();
    expect((await world.get('/a')).body).toBe('answer 2');
  });
});

it('is seen in spans, and says who answered', async () => {
  world = await cachedIngress(numbered(), { routes: [route('/', 'app')] });
  await world.get('/a');
  await world.get('/a');
  const traces = await world.telemetry.search({});
  const results = traces
    .flatMap(({ traceId }) => world.telemetry.trace(traceId))
    .map(({ attributes }) => attributes?.['dormouse.cache.result']);
  expect(results.sort()).toEqual(['hit', 'miss']);
  const answeredBy = world.telemetry.requests.measured(Date.now()).map(({ labels }) => labels.dormouse_answered_by);
  expect(new Set(answeredBy)).toEqual(new Set(['function', 'cache']));
});
