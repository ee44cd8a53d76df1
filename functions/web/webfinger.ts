import type { Env } from '@dormouse/runtime/app';
import { fail } from '@dormouse/runtime/errors';
import { originOf } from '@dormouse/runtime/origin';
import type { Context, Hono } from 'hono';
import { api } from './api.ts';
import type { Web } from './dependencies.ts';
import { feedFormats } from './feed-formats.ts';
import { iconPaths } from './identity-pictures.ts';
import type { Profile } from './people.ts';
import type { SiteSettings } from './site.ts';

interface Link {
  rel: string;
  type?: string;
  href: string;
}

/**
 * WebFinger (RFC 7033) for authors: who answers to `acct:ada@blog.example`. Accounts without a published post are not told from
 * names that nobody has. Scripts of every site may read the answers (RFC 7033, 5).
 */
export function webfinger(app: Hono<Env>, { posts, people, site }: Pick<Web, 'posts' | 'people' | 'site'>): void {
  app.get(api.webfinger.path, async (c) => {
    // Errors too, whoever makes them.
    c.header('access-control-allow-origin', '*');
    const query = new URL(c.req.url).searchParams;
    const [resource = '', ...others] = query.getAll('resource');
    if (others.length > 0 || !isUri(resource))
      fail('malformed', 'The query needs one resource, a URI such as acct:ada@blog.example.');
    const origin = originOf(c);
    const name = nameIn(resource, origin);
    const profile = name === undefined ? undefined : await publicAuthor(name);
    if (!profile) return fail('not_found', 'Nobody here has this address.');
    const descriptor = describe(profile, origin, await site.current());
    const rels = query.getAll('rel');
    const links = rels.length === 0 ? descriptor.links : descriptor.links.filter(({ rel }) => rels.includes(rel));
    return answer(c, { ...descriptor, links });
  });

  async function publicAuthor(name: string): Promise<Profile | undefined> {
    const [profile, { posts: published }] = await Promise.all([
      people.profile(name),
      posts.list({ limit: 1, author: name }),
    ]);
    return published.length > 0 ? profile : undefined;
  }
}

const answer = (c: Context<Env>, descriptor: object) =>
  c.body(JSON.stringify(descriptor), 200, { 'cache-control': 'no-cache', 'content-type': 'application/jrd+json' });

/** A scheme, and something after it (RFC 3986). */
const isUri = (text: string): boolean =>
  /^[a-z][a-z\d+.-]*:[^\s<>"\\^`{|}]+$/i.test(text) && decoded(text) !== undefined;

/** The user name that an address of this blog names; undefined for all others. */
function nameIn(resource: string, origin: string): string | undefined {
  const { host } = new URL(origin);
  const [, user, at] = /^acct:([^@/?#]+)@([^@/?#]+)$/i.exec(resource) ?? [];
  const page = `${origin}/blog/authors/`;
  const named = at?.toLowerCase() === host ? user : resource.startsWith(page) ? resource.slice(page.length) : undefined;
  const name = named === undefined ? undefined : decoded(named);
  return name !== undefined && /^[A-Za-z0-9._-]{3,30}$/.test(name) ? name : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** A JSON Resource Descriptor. */
function describe({ username, links }: Profile, origin: string, settings: SiteSettings) {
  const page = `${origin}/blog/authors/${encodeURIComponent(username)}`;
  const icon = iconPaths(settings)?.touch;
  const all: Link[] = [
    { rel: 'http://webfinger.net/rel/profile-page', type: 'text/html', href: page },
    ...(icon ? [{ rel: 'http://webfinger.net/rel/avatar', href: origin + icon }] : []),
    ...feedFormats.map(({ type, file }) => ({ rel: 'alternate', type, href: `${page}/${file}` })),
    ...(links ?? []).map((href) => ({ rel: 'me', href })),
  ];
  return { subject: `acct:${username}@${new URL(origin).host}`, aliases: [page], links: all };
}
