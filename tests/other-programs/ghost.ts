import { setTimeout as pause } from 'node:timers/promises';

/** A Ghost whose content may be deleted. */
export interface Ghost {
  readonly version: string;
  /** Deletes all content, and brings an export in: JSON, or a zip file. */
  take(file: Buffer<ArrayBuffer>, name: string, posts: number): Promise<void>;
  /** What Ghost exports: JSON. */
  give(): Promise<string>;
}

const owner = { name: 'Owner', email: 'owner@example.com', password: 'Rq7 two lighthouses 91', blogTitle: 'Blog' };

/** Logs in to the Admin API at `url`; a Ghost that was never set up gets an owner. */
export async function openGhost(url: string): Promise<Ghost> {
  let cookie = '';
  const ask = async (method: string, path: string, body?: FormData | object): Promise<Response> => {
    const json = body !== undefined && !(body instanceof FormData);
    const send = () =>
      fetch(`${url}/ghost/api/admin/${path}`, {
        method,
        redirect: 'manual',
        headers: { origin: url, cookie, ...(json ? { 'content-type': 'application/json' } : {}) },
        ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : (body as FormData) }),
      });
    // A connection that was idle, which Ghost closes as soon as it comes to it.
    const again = (error: unknown) => (method === 'GET' ? pause(1000).then(send) : Promise.reject(error));
    const response = await send().catch(again);
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
  /** All kinds; a page of a list has at most a hundred. */
  const count = async () => {
    const kinds = await Promise.all(
      ['posts', 'pages'].map(async (kind) => {
        const response = await ask('GET', `${kind}/?limit=1&fields=id&filter=status:[draft,published,scheduled]`);
        return ((await response.json()) as { meta: { pagination: { total: number } } }).meta.pagination.total;
      }),
    );
    return kinds.reduce((sum, one) => sum + one);
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
      for (let left = 400; left > 0 && (await count()) < expected; left--) await pause(500);
    },
    give: async () => (await ask('GET', 'db/')).text(),
  };
}
