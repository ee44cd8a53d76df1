import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

type Post = { id: number; slug: string; source: string; author: string; version: number } & Record<string, unknown>;

/** The part of the platform's public API that import and export use, on a real socket. `down` answers are given before anything else, once each. */
export interface Blog {
  readonly url: string;
  readonly posts: Post[];
  readonly users: Map<string, string>;
  readonly media: Map<string, Buffer>;
  /** Hashes of pictures of which media can make nothing. */
  readonly undecodable: Set<string>;
  /** Pictures that authors uploaded, by the path at which they are served. */
  readonly files: Map<string, Buffer>;
  /** Ids of posts by old address. */
  readonly addresses: Map<string, number>;
  /** Of version 0 until somebody changes them. */
  readonly settings: Record<string, unknown> & { version: number };
  /** Method and path of every request. */
  readonly log: string[];
  /** Most requests that were open at a time. */
  readonly peak: () => number;
  readonly down: { status: number; headers: Record<string, string> }[];
  /** Answers again after `endAfter`. */
  goOn(): void;
  close(): Promise<void>;
}

export async function startBlog(given: {
  token: string;
  slugs?: string[];
  refuse?: (bytes: Buffer) => boolean;
  /** Breaks every connection once it has so many posts, as a platform does that was ended. */
  endAfter?: number;
  /** A request that is answered 503, or that is carried out while its answer is lost with the connection. */
  fault?: (line: string, body: string) => 'busy' | 'lost' | undefined;
}): Promise<Blog> {
  const posts: Post[] = [];
  const users = new Map<string, string>();
  const media = new Map<string, Buffer>();
  const files = new Map<string, Buffer>();
  const uploaded = new Set<string>();
  const undecodable = new Set<string>();
  const addresses = new Map<string, number>();
  const log: string[] = [];
  const down: Blog['down'] = [];
  const taken = new Set(given.slugs ?? []);
  let open = 0;
  let peak = 0;

  const settings: Blog['settings'] = { version: 0, title: 'Dormouse', registration: 'authors' };
  type FakeResponse = { status: number; body?: unknown; bytes?: Buffer; headers?: Record<string, string> };
  const problem = (status: number, detail: string): FakeResponse => ({ status, body: { detail, status } });

  const answer = (
    method: string,
    path: string,
    { authorization: auth, 'if-match': ifMatch }: IncomingHttpHeaders,
    bytes: Buffer,
  ): FakeResponse => {
    const [, hash] = /^\/blog\/media\/([0-9a-f]{64})$/.exec(path) ?? [];
    const [, id] = /^\/blog\/api\/posts\/(\d+)$/.exec(path) ?? [];
    if (path === '/health') return { status: 200 };
    if (method === 'HEAD' && hash) return { status: media.has(hash) ? 200 : 404 };
    if (method === 'GET') return get(new URL(path, 'http://blog'), hash, auth);
    if (auth !== `Bearer ${given.token}`) return problem(401, 'No.');
    if (method === 'PUT' && hash) return put(hash, bytes);
    if (method === 'POST' && path === '/blog/api/media') return upload(bytes);
    const json = JSON.parse(bytes.toString('utf8'));
    if (method === 'POST' && path === '/api/users') return user(json);
    if (method === 'POST' && path === '/blog/api/posts') return create(json);
    if (method === 'POST' && path === '/blog/api/posts/addresses') return keep(json);
    if (method === 'PATCH' && id) return change(Number(id), json, ifMatch);
    if (method === 'PATCH' && path === '/api/settings') return changeSettings(json, ifMatch);
    return problem(404, 'Nothing here.');
  };
  const get = ({ pathname, searchParams }: URL, hash: string | undefined, auth: string | undefined): FakeResponse => {
    if (auth !== undefined && auth !== `Bearer ${given.token}`) return problem(401, 'No.');
    const [, known = '', original] = /^\/blog\/api\/media\/([0-9a-f]{64})(\/original)?$/.exec(pathname) ?? [];
    if (known && uploaded.has(known))
      return original
        ? { status: 200, bytes: media.get(known)! }
        : { status: 200, body: { hash: known, state: 'uploaded', reason: null } };
    const bytes = hash ? media.get(hash) : files.get(pathname);
    if (bytes) return { status: 200, bytes, headers: { 'content-type': 'image/png' } };
    if (pathname === '/api/settings')
      return {
        status: 200,
        body: { ...settings, set_up: settings.version > 0 },
        headers: { etag: `"${settings.version}"` },
      };
    const [, name = ''] = /^\/api\/users\/(.+)$/.exec(pathname) ?? [];
    if (users.has(name)) return { status: 200, body: { id: 1, username: name, display_name: users.get(name) } };
    if (pathname === '/blog/api/posts') return list(searchParams, auth);
    if (pathname === '/blog/api/posts/addresses')
      return { status: 200, body: addressesAfter(searchParams.get('after') ?? '') };
    const [, slug = ''] = /^\/blog\/api\/posts\/by-slug\/(.+)$/.exec(pathname) ?? [];
    const post = posts.find(
      (each) => each.slug === decodeURIComponent(slug) || pathname === `/blog/api/posts/${each.id}`,
    );
    const seen = post && (post.status !== 'draft' || auth !== undefined) ? post : undefined;
    return seen
      ? { status: 200, body: view(seen), headers: { etag: `"${seen.version}"` } }
      : problem(404, 'Nothing here.');
  };
  /** Two at a time. */
  const addressesAfter = (after: string) =>
    [...addresses]
      .map(([path, post_id]) => ({ path, post_id }))
      .filter(({ path }) => path > after)
      .sort((one, other) => (one.path < other.path ? -1 : 1))
      .slice(0, 2);
  /** Newest first, three at a time. */
  const list = (query: URLSearchParams, auth: string | undefined): FakeResponse => {
    const status = query.get('status') ?? 'published';
    if (status === 'draft' && auth === undefined) return problem(401, 'Log in.');
    const all = posts.filter((post) => post.status === status).map(view);
    all.sort((a, b) => (a.created_at < b.created_at ? 1 : a.created_at > b.created_at ? -1 : b.id - a.id));
    const from = Number(query.get('after') ?? 0);
    const next = `</blog/api/posts?limit=100&status=${status}&after=${from + 3}>; rel="next"`;
    return { status: 200, body: all.slice(from, from + 3), headers: from + 3 < all.length ? { link: next } : {} };
  };
  const view = (post: Post) => {
    const { source: _, category_name, created_at, updated_at = created_at, ...others } = post;
    const category = { id: 1, name: category_name, slug: 'x', color: '#2f6f4f' };
    return {
      byline: [],
      tags: [],
      ...others,
      category,
      created_at: String(created_at),
      updated_at: String(updated_at),
    };
  };
  const changeSettings = (json: object, ifMatch?: string): FakeResponse => {
    if (ifMatch !== undefined && ifMatch !== `"${settings.version}"`) return problem(412, 'It has changed.');
    Object.assign(settings, json, { version: settings.version + 1 });
    return { status: 200, body: { ...settings, set_up: true } };
  };
  const upload = (bytes: Buffer): FakeResponse => {
    if (given.refuse?.(bytes)) return problem(415, 'Not a picture.');
    const hash = createHash('sha256').update(bytes).digest('hex');
    uploaded.add(hash);
    if (undecodable.has(hash)) return { status: 200, body: { hash, state: 'refused', reason: 'cannot be decoded' } };
    media.set(hash, bytes);
    files.set(`/blog/media/pictures/${hash}-1280.jpg`, Buffer.from('smaller'));
    return { status: 201, body: { hash, state: 'uploaded', reason: null } };
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
  const change = (id: number, json: object, ifMatch?: string): FakeResponse => {
    const post = posts[id - 1]!;
    if (ifMatch !== undefined && ifMatch !== `"${post.version}"`) return problem(412, 'It has changed.');
    Object.assign(post, json, { version: post.version + 1 });
    return { status: 200, body: post };
  };

  let endAfter = given.endAfter ?? Number.POSITIVE_INFINITY;
  const server = createServer(async (request, response) => {
    if (request.method === 'POST' && posts.length >= endAfter) {
      request.socket.destroy();
      return;
    }
    peak = Math.max(peak, ++open);
    const bytes = await body(request);
    log.push(`${request.method} ${request.url}`);
    const fault = request.url === '/health' ? undefined : given.fault?.(log.at(-1)!, bytes.toString('utf8'));
    const next =
      fault === 'busy'
        ? { status: 503, headers: { 'retry-after': '1' } }
        : request.url === '/health'
          ? undefined
          : down.shift();
    const {
      status,
      body: value,
      bytes: file,
      headers,
    }: FakeResponse = next
      ? { ...next, body: undefined }
      : answer(request.method!, request.url!, request.headers, bytes);
    open--;
    if (fault === 'lost') return void request.socket.destroy();
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(file ?? (value === undefined ? undefined : JSON.stringify(value)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posts,
    users,
    media,
    undecodable,
    files,
    addresses,
    settings,
    log,
    down,
    peak: () => peak,
    goOn: () => {
      endAfter = Number.POSITIVE_INFINITY;
    },
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
