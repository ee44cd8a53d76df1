import { readFile } from 'node:fs/promises';
import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { alertsPage } from './alerts-page.ts';
import { deadLetterPage } from './dead-letter-page.ts';
import { deadLettersPage } from './dead-letters-page.ts';
import { eventPage } from './event-page.ts';
import { eventsPage } from './events-page.ts';
import { functionsPage } from './functions-page.ts';
import { jobPage } from './job-page.ts';
import { heading, layout, nothing, type Page } from './layout.ts';
import { logsPage } from './logs-page.ts';
import { mailboxPage } from './mailbox-page.ts';
import { metricsPage } from './metrics-page.ts';
import { missingPage } from './missing-page.ts';
import { parametersOf } from './parameters.ts';
import { replayPage } from './replay-page.ts';
import { runbookPage } from './runbook-page.ts';
import type { ConsoleSources } from './sources.ts';
import { tracePage } from './trace-page.ts';
import { tracesPage } from './traces-page.ts';
import { triggersPage } from './triggers-page.ts';
import { undeliverablePage } from './undeliverable-page.ts';

const assets: Readonly<Record<string, string>> = {
  'console.css': 'text/css; charset=utf-8',
  'live.js': 'text/javascript; charset=utf-8',
  'dormouse.svg': 'image/svg+xml',
};

/** The console's pages, and the files they load. */
export function pageRoutes(sources: ConsoleSources): Hono {
  const app = new Hono();
  const page = (path: string, make: (c: Context, id: string) => Page | Promise<Page>) =>
    app.get(path, async (c) => showPage(c, await make(c, c.req.param('id') ?? ''), sources));
  page('/', () => functionsPage(sources));
  page('/events', (c) => eventsPage(parametersOf(c), sources));
  page('/events/:id', (c, id) => eventPage(id, c.req.query('source'), sources));
  page('/triggers', () => triggersPage(sources));
  page('/traces', (c) => tracesPage(parametersOf(c), sources));
  page('/traces/:id', (_, id) => tracePage(id, sources));
  page('/measures', (c) => metricsPage(parametersOf(c), sources));
  page('/alerts', () => alertsPage(sources));
  page('/runbooks/:id', (_, id) => runbookPage(id, sources));
  page('/logs', (c) => logsPage(parametersOf(c), sources));
  page('/dead-letters', (c) => deadLettersPage(parametersOf(c), sources));
  page('/dead-letters/:id', (_, id) => deadLetterPage(id, sources));
  page('/missing', () => missingPage(sources));
  page('/redrives/:id', (_, id) => jobPage('redrive', id, sources));
  page('/replay', (c) => replayPage(parametersOf(c), sources));
  page('/replays/:id', (_, id) => jobPage('replay', id, sources));
  page('/mailbox', () => mailboxPage(sources));
  page('/undeliverable', () => undeliverablePage(sources));
  for (const [name, type] of Object.entries(assets))
    app.get(`/console/${name}`, async (c) =>
      c.body(await readFile(new URL(name, import.meta.url)), 200, {
        'content-type': type,
        'cache-control': 'no-cache',
      }),
    );
  return app;
}

/** A page as an HTTP response. */
export const showPage = (c: Context, page: Page, sources: ConsoleSources): Response | Promise<Response> =>
  c.html(layout(page, sources), (page.status ?? 200) as ContentfulStatusCode);

/** The page where there is none. */
export const noPage = (path: string): Page => ({
  name: 'functions',
  title: 'Nothing here',
  status: 404,
  content: html`${heading('Nothing here')}${nothing(`There is no page at ${path}.`)}`,
});
