import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

type Post = { id: number; slug: string; source: string; author: string; version: number } & Record<string, unknown>;

/** The part of the platform's public API that an importer uses, on a real socket. `down` answers are given before anything else, once each. */
export interface Blog {
  readonly url: string;
  readonly posts: Post[];
  readonly users: Map<string, string>;
  readonly media: Map<string, Buffer>;
  /** Ids of posts by old address. */
  readonly addresses: Map<string, number>;
  /** Method and path of every request. */
  readonly log: string[];
  /** Most requests that were open at a time. */
  readonly peak: () => number;
  readonly down: { status: number; headers: Record<string, string> }[];
  close(): Promise<void>;
}

export async function startBlog(given: {
  token: string;
  slugs?: string[];
  refuse?: (bytes: Buffer) => boolean;
}): Promise<Blog> {
  const posts: Post[] = [];
  const users = new Map<string, string>();
  const media = new Map<string, Buffer>();
  const addresses = new Map<string, number>();
  const log: string[] = [];
  const down: Blog['down'] = [];
  const taken = new Set(given.slugs ?? []);
  let open = 0;
  let peak = 0;

  type FakeResponse = { status: number; body?: unknown; headers?: Record<string, string> };
  const problem = (status: number, detail: string): FakeResponse => ({ status, body: { detail, status } });

  const answer = (method: string, path: string, auth: string | undefined, bytes: Buffer): FakeResponse => {
    const [, hash] = /^\/blog\/media\/([0-9a-f]{64})$/.exec(path) ?? [];
    const [, id] = /^\/blog\/api\/posts\/(\d+)$/.exec(path) ?? [];
    if (path === '/health') return { status: 200 };
    if (method === 'HEAD' && hash) return { status: media.has(hash) ? 200 : 404 };
    if (auth !== `Bearer ${given.token}`) return problem(401, 'No.');
    if (method === 'PUT' && hash) return put(hash, bytes);
    const json = JSON.parse(bytes.toString('utf8'));
    if (method === 'POST' && path === '/api/users') return user(json);
    if (method === 'POST' && path === '/blog/api/posts') return create(json);
    if (method === 'POST' && path === '/blog/api/posts/addresses') return keep(json);
    if (method === 'PATCH' && id) return change(Number(id), json);
    return problem(404, 'Nothing here.');
  };
  const put = (hash: string, bytes: Buffer): FakeResponse => {
    if (given.refuse?.(bytes)) return problem(415, 'Not a picture.');
    if (createHash('sha256').update(bytes).digest('hex') !== hash) return problem(422, 'Wrong hash.');
    return { status: media.set(hash, bytes) && 201 };
  };
  const user = (json: { username: string; display_name: string }): FakeResponse => {
    const known = users.has(json.username);
    if (!known) users.set(json.username, json.display_name);
    return { status: known ? 200 : 201, body: { id: 1, username: json.username } };
  };
  const create = (json: Post): FakeResponse => {
    const before = posts.find(({ source }) => source === json.source);
    if (before) return { status: 200, body: before };
    if (!users.has(json.author)) return problem(422, 'No such author.');
    if (taken.has(json.slug)) return problem(409, 'This slug is taken.');
    taken.add(json.slug);
    const post = { ...json, id: posts.length + 1, version: 1 };
    posts.push(post);
    return { status: 201, body: post, headers: { etag: '"1"' } };
  };
  const keep = ({ addresses: given }: { addresses: { path: string; post_id: number }[] }): FakeResponse => {
    for (const { path, post_id } of given) if (!addresses.has(path)) addresses.set(path, post_id);
    const refused = given
      .filter(({ path, post_id }) => addresses.get(path) !== post_id)
      .map((one) => ({ ...one, leads_to: addresses.get(one.path) ?? null }));
    return { status: 200, body: { kept: given.length - refused.length, refused } };
  };
  const change = (id: number, json: object): FakeResponse => {
    const post = posts[id - 1]!;
    Object.assign(post, json, { version: post.version + 1 });
    return { status: 200, body: post };
  };

  const server = createServer(async (request, response) => {
    peak = Math.max(peak, ++open);
    const bytes = await body(request);
    log.push(`${request.method} ${request.url}`);
    const next = request.url === '/health' ? undefined : down.shift();
    const {
      status,
      body: value,
      headers,
    } = next
      ? { ...next, body: undefined }
      : answer(request.method!, request.url!, request.headers.authorization, bytes);
    open--;
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(value === undefined ? undefined : JSON.stringify(value));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posts,
    users,
    media,
    addresses,
    log,
    down,
    peak: () => peak,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function body(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
