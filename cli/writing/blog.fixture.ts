import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { dormouse } from '../dormouse.fixture.ts';
import { loginsOf } from './logins.ts';

/** What a fake blog answers. */
export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface Asked {
  /** `GET /blog/api/posts/7` */
  call: string;
  query: Record<string, string>;
  authorization: string | undefined;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

type Handler = Reply | ((asked: Asked) => Reply);

/** A blog that answers calls as a table says, and a home of its own for who writes to it. */
export async function fakeBlog(answers: Record<string, Handler> = {}) {
  const asked: Asked[] = [];
  const table = new Map(Object.entries(answers));
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://here');
    const one: Asked = {
      call: `${request.method} ${pathname}`,
      query: Object.fromEntries(searchParams),
      authorization: request.headers.authorization,
      headers: request.headers,
      body: await text(request),
    };
    asked.push(one);
    const handler = table.get(one.call) ?? { status: 404, body: { title: 'Not found', status: 404 } };
    const { status = 200, headers = {}, body } = typeof handler === 'function' ? handler(one) : handler;
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(body === undefined ? undefined : JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const home = mkdtempSync(join(tmpdir(), 'dormouse-writer-'));
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const env = { HOME: home };
  return {
    url,
    home,
    asked,
    answer: (call: string, handler: Handler) => void table.set(call, handler),
    logins: loginsOf({ env }),
    /** Somebody who is logged in. */
    keep: (token = 'a-token') =>
      loginsOf({ env }).keep({ url, username: 'ada', token, scopes: ['posts:read'], expires_at: null }),
    run: (args: readonly string[], more: Parameters<typeof dormouse>[1] = {}) =>
      dormouse(args, { ...more, env: { ...env, ...more.env } }),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export type FakeBlog = Awaited<ReturnType<typeof fakeBlog>>;
