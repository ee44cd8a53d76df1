import { describe, expect, it } from 'vitest';
import { client, problemOf, Unreachable } from './api-client.ts';

type Reply = { status: number; headers?: Record<string, string>; body?: string } | Error;

/** A client whose requests get these replies in turn; the last one again and again. */
function against(...replies: Reply[]) {
  const pauses: number[] = [];
  const sent: { url: string; init: RequestInit }[] = [];
  const fake = async (url: string | URL | Request, init: RequestInit = {}) => {
    sent.push({ url: String(url), init });
    const reply = replies[Math.min(sent.length, replies.length) - 1]!;
    if (reply instanceof Error) throw reply;
    return new Response(reply.body ?? null, { status: reply.status, headers: reply.headers ?? {} });
  };
  return {
    pauses,
    sent,
    to: client({
      url: 'http://blog',
      token: 'T',
      fetch: fake as typeof fetch,
      sleep: async (ms) => void pauses.push(ms),
    }),
  };
}
const broken = (code: string) =>
  Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error(code), { code }) });

describe('the client', () => {
  it('sends JSON with its token and gives the parsed answer', async () => {
    const { to, sent } = against({ status: 201, headers: { etag: '"1"' }, body: '{"id":1}' });
    const answer = await to.send('POST', '/x', { json: { a: 1 } });
    expect(answer).toMatchObject({ status: 201, body: { id: 1 } });
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(sent).toEqual([
      {
        url: 'http://blog/x',
        init: expect.objectContaining({
          method: 'POST',
          body: '{"a":1}',
          headers: { authorization: 'Bearer T', 'content-type': 'application/json' },
        }),
      },
    ]);
  });

  it('waits as long as Retry-After says, in seconds or until a date, and a minute at most', async () => {
    const seconds = against(
      { status: 429, headers: { 'retry-after': '7' } },
      { status: 503, headers: { 'retry-after': '9999' } },
      { status: 200 },
    );
    expect((await seconds.to.send('GET', '/')).status).toBe(200);
    expect(seconds.pauses).toEqual([7000, 60_000]);
    const date = against(
      { status: 503, headers: { 'retry-after': new Date(Date.now() + 30_000).toUTCString() } },
      { status: 200 },
    );
    await date.to.send('GET', '/');
    expect(date.pauses[0]).toBeGreaterThan(20_000);
    expect(date.pauses[0]).toBeLessThanOrEqual(30_000);
  });

  it('waits longer each time where nothing says how long, and gives the last answer in the end', async () => {
    const { to, pauses, sent } = against({ status: 503 });
    expect((await to.send('GET', '/')).status).toBe(503);
    expect(sent).toHaveLength(10);
    expect(pauses.slice(0, 4)).toEqual([250, 500, 1000, 2000]);
  });

  it('tries again when a connection broke', async () => {
    const { to, sent } = against(broken('ECONNRESET'), broken('UND_ERR_SOCKET'), { status: 200 });
    expect((await to.send('POST', '/', { json: {} })).status).toBe(200);
    expect(sent).toHaveLength(3);
  });

  it('gives up at once where nothing listens, and after some attempts where nothing answers', async () => {
    const closed = against(broken('ECONNREFUSED'));
    await expect(closed.to.send('GET', '/')).rejects.toThrow(new Unreachable('ECONNREFUSED'));
    expect(closed.sent).toHaveLength(1);
    const dead = against(broken('ECONNRESET'));
    await expect(dead.to.send('GET', '/')).rejects.toThrow(Unreachable);
    expect(dead.sent).toHaveLength(4);
  });

  it('does not repeat what was refused for good', async () => {
    const { to, sent } = against({ status: 422 });
    await to.send('POST', '/', { json: {} });
    expect(sent).toHaveLength(1);
  });

  it('tells a problem in one line', () => {
    const answer = (body: unknown) => ({ status: 422, headers: new Headers(), body });
    expect(
      problemOf(answer({ detail: 'Some fields are wrong.', errors: [{ field: 'slug', message: 'is taken' }] })),
    ).toBe('HTTP 422: Some fields are wrong: slug is taken');
    expect(problemOf(answer(undefined))).toBe('HTTP 422');
  });
});
