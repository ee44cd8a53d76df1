import type { Env } from '@dormouse/runtime/app';
import type { Hono } from 'hono';
import { trusted } from './html.ts';
import { layout } from './layout.ts';
import { type CachedPage, deliver, pageOf } from './pages.ts';

/** The reference of the API, for people and for programs. It was made by `npm run generate`, and is loaded when it is asked for. */
export function docs(app: Hono<Env>): void {
  let pages: Promise<{ page: CachedPage; openApi: CachedPage }> | undefined;
  const load = async () => {
    const { reference, document } = await import('./generated/api-reference.ts');
    const html = layout({ title: 'API', canonical: '/docs/api', main: trusted(reference) });
    return { page: pageOf(html), openApi: pageOf(document, 'application/json') };
  };
  app.get('/docs/api', async (c) => deliver(c, (await (pages ??= load())).page));
  app.get('/docs/api/openapi.json', async (c) => deliver(c, (await (pages ??= load())).openApi));
}
