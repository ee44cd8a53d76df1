import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { check, id, json, newApp } from './app.ts';
import { fail } from './errors.ts';
import { decodeCursor, encodeCursor } from './keyset.ts';
import { line, text } from './text.ts';

const schema = v.strictObject({
  title: line(1, 5),
  body: v.optional(text(0, 10)),
  tags: v.optional(v.array(line(1, 3))),
});
const app = newApp()
  .post('/posts', json(schema), (c) => c.json(c.req.valid('json'), 201))
  .get('/posts', (c) =>
    c.json(
      check(
        v.object({ limit: v.optional(v.pipe(v.string(), v.digits(), v.transform(Number), v.maxValue(100)), '20') }),
        c.req.query(),
      ),
    ),
  )
  .get('/posts/:id', (c) => c.json({ id: id(c.req.param('id')) }))
  .put('/posts/:id', (c) => c.json({ id: id(c.req.param('id'), 2147483647) }))
  .get('/broken', () => {
    throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432 password=secret'), { code: 'X' });
  })
  .get('/down', () => {
    throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), { code: 'ECONNREFUSED' });
  })
  .get('/refused', () => fail('conflict', 'It is taken.', { headers: { 'x-more': '1' } }));

const post = (body: string | Buffer, type = 'application/json') =>
  app.request('/posts', { method: 'POST', headers: { 'content-type': type }, body: new Uint8Array(Buffer.from(body)) });
const problemOf = async (pending: Response | Promise<Response>) =>
  (await (await pending).json()) as { status: number; code: string; trace_id: string; errors?: { field: string }[] };

describe('a JSON body', () => {
  test('that fits is given to the handler as its schema makes it', async () => {
    const response = await post('{"title":" Ä🧀 ","body":"a\\n\\tb"}');
    expect([response.status, await response.json()]).toEqual([201, { title: 'Ä🧀', body: 'a\n\tb' }]);
  });

  test('is refused with every field that is wrong, unknown ones by name', async () => {
    const response = await problemOf(
      post('{"title":"","tags":["ok","much too long"],"role":"admin","body":"\\u0000"}'),
    );
    expect(response).toMatchObject({ status: 422, code: 'invalid', trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(response.errors?.map((error) => error.field).sort()).toEqual(['body', 'role', 'tags.1', 'title']);
  });

  test('is refused with every unknown field by name, wherever it is', async () => {
    const inner = v.strictObject({ a: v.optional(v.number()) });
    const nested = v.pipe(
      v.strictObject({
        one: v.optional(inner),
        list: v.optional(v.nullable(v.array(inner))),
        n: v.optional(v.number()),
      }),
      v.check(() => true),
    );
    const deep = newApp().post('/', json(nested), (c) => c.body(null, 204));
    const fieldsOf = async (body: object) => {
      const sent = deep.request('/', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return (await problemOf(sent)).errors;
    };
    const unknown = (field: string) => ({ field, message: 'is not a known field' });
    expect(await fieldsOf({ author_id: 1, n: 'x', role: 'admin', 'a.b': 0, toString: 1 })).toEqual([
      { field: 'n', message: 'Invalid type: Expected number' },
      ...['author_id', 'role', 'a.b', 'toString'].map(unknown),
    ]);
    expect(await fieldsOf({ one: { b: 1, c: 2 }, list: [{ a: 1 }, { d: 1, a: 1, e: 2 }] })).toEqual(
      ['one.b', 'one.c', 'list.1.d', 'list.1.e'].map(unknown),
    );
  });

  test.each([
    ['is not JSON', '{"title":'],
    ['is empty', ''],
    ['has a key twice', '{"title":"a","title":"b"}'],
    ['has a key twice in two spellings', '{"title":"a","\\u0074itle":"b"}'],
    ['has __proto__', '{"title":"a","__proto__":{"admin":true}}'],
    ['has __proto__ in disguise, deep inside', '{"title":"a","x":[{"\\u005f_proto__":1}]}'],
    ['is nested too deep', `{"title":${'['.repeat(33)}${']'.repeat(33)}}`],
  ])('that %s is 400', async (_, body) => expect((await problemOf(post(body))).code).toBe('malformed'));

  test('that is not UTF-8 is 400, of another type 415, too large 413', async () => {
    expect((await post(Buffer.from([0x22, 0xff, 0x22]))).status).toBe(400);
    expect((await post('{"title":"a"}', 'text/plain')).status).toBe(415);
    expect((await post('{"title":"a"}', 'application/jsonx')).status).toBe(415);
    expect((await post(`{"title":"${'a'.repeat(300_000)}"}`)).status).toBe(413);
  });

  test('may be larger where its route says so', async () => {
    const large = newApp().post('/', json(v.object({ a: v.string() }), 400_000), (c) => c.body(null, 204));
    const send = (length: number) =>
      large.request('/', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ a: 'x'.repeat(length) }),
      });
    expect([(await send(350_000)).status, (await send(400_000)).status]).toEqual([204, 413]);
  });

  test('law: any JSON without twofold keys passes the reader', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 6 }), async (body) => {
        if (body.includes('__proto__')) return;
        expect((await post(body)).status).not.toBe(400);
      }),
    );
  });
});

test('the same key in two objects, and braces and quotes inside strings, are fine', async () => {
  expect((await post('{"title":"\\"},{","tags":["{","[","\\\\"]}')).status).toBe(201);
});

test('a query is checked and transformed; what is wrong is 422 by name', async () => {
  expect(await (await app.request('/posts?limit=7')).json()).toEqual({ limit: 7 });
  expect(await (await app.request('/posts')).json()).toEqual({ limit: 20 });
  expect((await problemOf(app.request('/posts?limit=101'))).errors).toEqual([
    { field: 'limit', message: expect.any(String) },
  ]);
});

test.each(['0', '-1', '1.5', '01', 'x', '9007199254740993', '99999999999999999999', '%00'])(
  '%s is the id of nothing: 404',
  async (value) => {
    expect((await app.request(`/posts/${value}`)).status).toBe(404);
  },
);

test('an id above what its column holds is 404', async () => {
  expect((await app.request('/posts/2147483648', { method: 'PUT' })).status).toBe(404);
  expect((await app.request('/posts/2147483647', { method: 'PUT' })).status).toBe(200);
});

describe('failures', () => {
  test('an unknown address is 404, a known one with another method 405 and Allow', async () => {
    expect((await problemOf(app.request('/nothing'))).code).toBe('not_found');
    const response = await app.request('/posts/1', { method: 'DELETE' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, PUT']);
  });

  test('an error that nobody meant for a client is 500 without its words; what does not answer is 503 and Retry-After', async () => {
    const broken = await app.request('/broken');
    expect(broken.status).toBe(500);
    expect(await broken.text()).not.toMatch(/secret|ECONN|5432/);
    const down = await app.request('/down');
    expect([down.status, down.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await down.text()).not.toMatch(/ECONN|5432/);
  });

  test('carry the headers they were given', async () =>
    expect((await app.request('/refused')).headers.get('x-more')).toBe('1'));
});

describe('text', () => {
  const ok = (schema: v.GenericSchema, value: unknown) => v.safeParse(schema, value).success;
  test('is counted after trimming, by code points', () => {
    expect([
      ok(text(1, 3), '   '),
      ok(text(1, 3), ' abc '),
      ok(text(1, 3), '🧀🧀🧀'),
      ok(text(1, 3), '🧀🧀🧀🧀'),
    ]).toEqual([false, true, true, false]);
  });
  test('has no control characters but tab, newline and return; a line not even those', () => {
    for (let code = 0; code < 32; code++) {
      const value = `a${String.fromCharCode(code)}b`;
      expect([code, ok(text(1, 9), value)]).toEqual([code, [9, 10, 13].includes(code)]);
      expect(ok(line(1, 9), value)).toBe(false);
    }
    expect(ok(text(1, 9), 'a\ud800b')).toBe(false);
  });
});

describe('cursors', () => {
  test('law: a cursor leads back to its position', () => {
    fc.assert(
      fc.property(
        fc.string().filter((part) => !part.includes('\u0000')),
        fc.maxSafeInteger(),
        (createdAt, number) => {
          expect(decodeCursor(encodeCursor([createdAt, number]), ['string', 'number'])).toEqual([createdAt, number]);
        },
      ),
    );
  });
  test.each([
    '',
    'x',
    '!!',
    encodeCursor(['a']),
    encodeCursor([1, 1]),
    encodeCursor(['a\u0000', 1]),
    encodeCursor(['a', 1.5]),
    Buffer.from('{}').toString('base64url'),
  ])('%s is none: 422', (cursor) => {
    expect(() => decodeCursor(cursor, ['string', 'number'])).toThrow(expect.objectContaining({ code: 'invalid' }));
  });
});
