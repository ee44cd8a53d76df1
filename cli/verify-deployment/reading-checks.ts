import { type Check, demand, NotChecked } from './check.ts';
import { answered, jsonOf, type Site, type SiteResponse } from './site.ts';

interface Summary {
  id: number;
  slug: string;
  title: string;
}

const pageHeaders = {
  'content-security-policy': "default-src 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/** The newest posts. */
export async function newestPosts({ ask }: Site): Promise<readonly Summary[]> {
  const posts = jsonOf<{ posts?: Summary[] } | Summary[]>('the list of posts', await ask('/blog/api/posts?limit=1'));
  const list = Array.isArray(posts) ? posts : posts.posts;
  demand(Array.isArray(list), 'the list of posts is no list');
  return list;
}

async function revalidates({ ask }: Site, path: string, { headers }: SiteResponse): Promise<void> {
  const etag = headers.get('etag');
  demand(etag, `${path} has no ETag`);
  answered(`${path} with If-None-Match`, await ask(path, { headers: { 'if-none-match': etag } }), 304);
}

function isPage(what: string, response: SiteResponse): void {
  answered(what, response, 200);
  const type = response.headers.get('content-type') ?? 'no content type';
  demand(type.startsWith('text/html'), `${what} is ${type}`);
  demand(response.text.includes('</html>'), `${what} is cut off`);
}

/** What readers and their programs get. */
export const readingChecks: readonly Check[] = [
  {
    name: 'health',
    async ask({ ask }) {
      const { status } = jsonOf<{ status?: string }>('/health', await ask('/health'));
      demand(status === 'ok', `/health says ${status}`);
      return 'the gateway answers';
    },
  },
  {
    name: 'front-page',
    async ask({ ask }) {
      const response = await ask('/blog/');
      isPage('/blog/', response);
      return `${Buffer.byteLength(response.text)} bytes`;
    },
  },
  {
    name: 'headers',
    async ask({ ask }) {
      const { headers } = await ask('/blog/');
      for (const [name, wanted] of Object.entries(pageHeaders))
        demand(headers.get(name)?.includes(wanted), `/blog/ has ${name}: ${headers.get(name) ?? 'none'}`);
      demand(!headers.has('x-powered-by'), `x-powered-by: ${headers.get('x-powered-by')}`);
      demand(/^[0-9a-f]{32}$/.test(headers.get('x-trace-id') ?? ''), '/blog/ names no trace (x-trace-id)');
      return Object.keys(pageHeaders).join(', ');
    },
  },
  {
    name: 'posts',
    async ask(site) {
      const posts = await newestPosts(site);
      return posts[0] ? `the newest is number ${posts[0].id}` : 'none yet';
    },
  },
  {
    name: 'post-page',
    async ask(site) {
      const [post] = await newestPosts(site);
      if (!post) throw new NotChecked('there is no post');
      const path = `/blog/posts/${encodeURIComponent(post.slug)}`;
      const response = await site.ask(path);
      isPage(path, response);
      await revalidates(site, path, response);
      return path;
    },
  },
  {
    name: 'categories',
    async ask({ ask }) {
      const categories = jsonOf<unknown[]>('the list of categories', await ask('/blog/api/categories'));
      demand(categories.length > 0, 'there is no category, not even a default one: has the Job "migrate" run?');
      return String(categories.length);
    },
  },
  {
    name: 'feeds',
    async ask({ url, ask }) {
      const feed = await ask('/blog/feed.xml');
      answered('/blog/feed.xml', feed, 200);
      demand(feed.headers.get('content-type')?.startsWith('application/atom+xml'), '/blog/feed.xml is no Atom feed');
      demand(
        feed.text.includes(`href="${url}/blog/feed.xml"`),
        `the feed names another address than ${url}: PUBLIC_URL`,
      );
      const map = await ask('/sitemap.xml');
      answered('/sitemap.xml', map, 200);
      demand(map.text.includes(`<loc>${url}/`), `the site map names another address than ${url}: PUBLIC_URL`);
      return 'feed and site map';
    },
  },
  {
    name: 'caches',
    async ask(site) {
      const page = await site.ask('/blog/');
      demand(/\bpublic\b/.test(page.headers.get('cache-control') ?? ''), '/blog/ may not be kept by caches');
      demand(!page.headers.has('set-cookie'), '/blog/ sets a cookie, which a cache would give to everybody');
      await revalidates(site, '/blog/', page);
      for (const path of ['/blog/login', '/api/me']) {
        const kept = (await site.ask(path)).headers.get('cache-control') ?? 'none';
        demand(/\bno-store\b/.test(kept), `${path} has Cache-Control: ${kept}`);
      }
      const sheet = /href="(\/assets\/style-[0-9a-f]+\.css)"/.exec(page.text)?.[1];
      demand(sheet, '/blog/ has no style sheet');
      const style = await site.ask(sheet);
      answered(sheet, style, 200);
      demand(style.headers.get('cache-control')?.includes('immutable'), `${sheet} may not be kept for ever`);
      return 'pages are asked again, private ones not kept, style sheets kept';
    },
  },
];
