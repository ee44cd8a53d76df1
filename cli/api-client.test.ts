import { describe, expect, it } from 'vitest';
import { type ClientOptions, client, problemOf, Unreachable, type Wait } from './api-client.ts';

type Reply = { status: number; headers?: Record<string, string>; body?: string } | Error;

/** A client whose requests get these replies in turn; the last one again and again. */
function against(...replies: Reply[]) {
  return withOptions({}, ...replies);
}
function withOptions(given: Partial<ClientOptions>, ...replies: Reply[]) {
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
      random: () => 0,
      ...given,
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

  it('waits longer each time, also where it may come back soon, until five minutes are over', async () => {
    const soon = { status: 503, headers: { 'retry-after': '1' }, body: '{"detail":"It wakes."}' };
    for (const busy of [{ status: 503 }, soon]) {
      const { to, pauses } = against(busy);
      expect((await to.send('GET', '/')).status).toBe(503);
      expect(pauses.slice(0, 6)).toEqual(
        busy === soon ? [1000, 1000, 1000, 2000, 4000, 8000] : [250, 500, 1000, 2000, 4000, 8000],
      );
      const waited = pauses.reduce((sum, ms) => sum + ms);
      expect(waited).toBeGreaterThan(285_000);
      expect(waited).toBeLessThanOrEqual(300_000);
    }
  });

  it('gives a request up that alone is refused, and everything once the next one is, too', async () => {
    const busy = { status: 503, body: '{"detail":"It wakes."}' };
    const { to } = withOptions({ patienceMs: 500 }, busy, busy, { status: 200 }, busy);
    expect(problemOf(await to.send('POST', '/a'))).toBe('HTTP 503: It wakes');
    expect((await to.send('POST', '/b')).status).toBe(200);
    expect((await to.send('POST', '/c')).status).toBe(503);
    await expect(to.send('POST', '/d')).rejects.toThrow(/^HTTP 503: It wakes, for 1 s$/);
    const mute = withOptions({ patienceMs: 500 }, { status: 200 }, broken('ECONNRESET'));
    await mute.to.send('GET', '/');
    expect(problemOf(await mute.to.send('POST', '/a'))).toBe('HTTP 504: ECONNRESET');
    await expect(mute.to.send('POST', '/b')).rejects.toMatchObject({ name: 'Unreachable', hasAnswered: true });
  });

  it('tells before each pause why and for how long', async () => {
    const waits: Wait[] = [];
    const { to } = withOptions(
      { onWait: (wait) => void waits.push(wait) },
      { status: 503, headers: { 'retry-after': '3' }, body: '{"detail":"It wakes."}' },
      broken('ECONNRESET'),
      { status: 200 },
    );
    await to.send('GET', '/');
    expect(waits.map(({ reason, ms }) => [reason, ms])).toEqual([
      ['HTTP 503: It wakes', 3000],
      ['ECONNRESET', 500],
    ]);
    expect(waits[1]!.waitedMs).toBeGreaterThanOrEqual(3000);
  });

  it('comes back to where nothing listens for a while, once something has', async () => {
    const { to, sent } = against({ status: 200 }, broken('ECONNREFUSED'), broken('ECONNREFUSED'), { status: 201 });
    await to.send('GET', '/');
    expect((await to.send('POST', '/')).status).toBe(201);
    expect(sent).toHaveLength(4);
  });

  it('takes a fault for one of the moment three times, and a conflict only where it passes', async () => {
    const fault = against({ status: 500 });
    expect((await fault.to.send('POST', '/')).status).toBe(500);
    expect(fault.sent).toHaveLength(3);
    const passing = against({ status: 409, headers: { 'retry-after': '1' } }, { status: 201 });
    expect((await passing.to.send('POST', '/')).status).toBe(201);
    const conflict = against({ status: 409 });
    await conflict.to.send('POST', '/');
    expect(conflict.sent).toHaveLength(1);
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
    const dead = withOptions({ connections: 4 }, broken('ECONNRESET'));
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
