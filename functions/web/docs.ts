import type { Env } from '@dormouse/runtime/app';
import { keyOf } from '@dormouse/runtime/surrogate-keys';
import type { Hono } from 'hono';
import type { Web } from './dependencies.ts';
import { trusted } from './html.ts';
import { layout } from './layout.ts';
import { type CachedPage, cachedPage, deliver, pageOf, UncacheablePage } from './pages.ts';

/** The reference of the API, for people and for programs. It was made by `npm run generate`, and is loaded when it is asked for. */
export function docs(app: Hono<Env>, { pages, site }: Pick<Web, 'pages' | 'site'>): void {
  let document: Promise<CachedPage> | undefined;
  const load = () => import('./generated/api-reference.ts');
  const page = async () => {
    const [{ reference }, settings] = await Promise.all([load(), site.current()]);
    const parts = { site: settings, title: 'API', canonical: '/docs/api', main: trusted(reference) };
    const html = pageOf({ text: layout(parts), keys: [keyOf.blog] });
    if (settings.unread) throw new UncacheablePage(html);
    return html;
  };
  app.get('/docs/api', async (c) => deliver(c, await cachedPage(pages, 'docs', page)));
  app.get('/docs/api/openapi.json', async (c) =>
    deliver(c, await (document ??= load().then(({ document }) => pageOf({ text: document }, 'application/json')))),
  );
}
