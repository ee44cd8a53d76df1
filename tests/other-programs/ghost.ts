import { setTimeout as pause } from 'node:timers/promises';

/** A Ghost whose content may be deleted. */
export interface Ghost {
  readonly version: string;
  /** Deletes all content, and brings an export in: JSON, or a zip file. */
  take(file: Buffer<ArrayBuffer>, name: string, posts: number): Promise<void>;
  /** What Ghost exports: JSON. */
  give(): Promise<string>;
  /** Posts with their HTML as the pages show it, newest first. */
  posts(): Promise<readonly { slug: string; html: string }[]>;
}

const owner = { name: 'Owner', email: 'owner@example.com', password: 'Rq7 two lighthouses 91', blogTitle: 'Blog' };

/** Logs in to the Admin API at `url`; a Ghost that was never set up gets an owner. */
export async function openGhost(url: string): Promise<Ghost> {
  let cookie = '';
  const ask = async (method: string, path: string, body?: FormData | object): Promise<Response> => {
    const json = body !== undefined && !(body instanceof FormData);
    const response = await fetch(`${url}/ghost/api/admin/${path}`, {
      method,
      redirect: 'manual',
      headers: { origin: url, cookie, ...(json ? { 'content-type': 'application/json' } : {}) },
      ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : (body as FormData) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${(await response.text()).slice(0, 500)}`);
    return response;
  };
  const { setup } = (await (await ask('GET', 'authentication/setup/')).json()) as { setup: { status: boolean }[] };
  if (!setup[0]?.status) await ask('POST', 'authentication/setup/', { setup: [owner] });
  // Ghost answers before it has kept a session, now and then.
  for (let left = 10; ; left--) {
    cookie = '';
    const session = await ask('POST', 'session/', { username: owner.email, password: owner.password });
    cookie = session.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ');
    const own = await ask('GET', 'users/me/').catch((error: unknown) => (left > 0 ? undefined : Promise.reject(error)));
    if (own) break;
    await pause(1000);
  }
  const site = (await (await ask('GET', 'site/')).json()) as { site: { version: string } };
  const posts = async () => {
    const { posts } = (await (
      await ask('GET', 'posts/?formats=html&limit=100&filter=status:[draft,published]')
    ).json()) as {
      posts: { slug: string; html: string }[];
    };
    return posts;
  };
  return {
    version: site.site.version,
    async take(file, name, expected) {
      await ask('DELETE', 'db/');
      const form = new FormData();
      const type = name.endsWith('.zip') ? 'application/zip' : 'application/json';
      form.set('importfile', new File([file], name, { type }));
      await ask('POST', 'db/', form);
      // Ghost answers, and goes on importing.
      for (let left = 120; left > 0 && (await posts()).length < expected; left--) await pause(500);
    },
    give: async () => (await ask('GET', 'db/')).text(),
    posts,
  };
}
