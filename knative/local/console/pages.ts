import { readFile } from 'node:fs/promises';
import { type HttpResponse, problem } from '@dormouse/http/http-response';
import { html } from 'hono/html';
import { deadLetterPage } from './dead-letter-page.ts';
import { deadLettersPage } from './dead-letters-page.ts';
import { eventPage } from './event-page.ts';
import { eventsPage } from './events-page.ts';
import { functionsPage } from './functions-page.ts';
import { jobPage } from './job-page.ts';
import { heading, layout, nothing, type Page } from './layout.ts';
import { logsPage } from './logs-page.ts';
import { metricsPage } from './metrics-page.ts';
import { decoded } from './path.ts';
import { replayPage } from './replay-page.ts';
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
export async function consolePages(url: URL, sources: ConsoleSources): Promise<HttpResponse> {
  const [, first, second, ...rest] = url.pathname.split('/');
  if (first === 'console' && second) return asset(second);
  const page = rest.length === 0 ? await pageAt(first ?? '', second, url, sources) : undefined;
  const found: Page = page ?? {
    name: 'functions',
    title: 'Nothing here',
    status: 404,
    content: html`${heading('Nothing here')}${nothing(`There is no page at ${url.pathname}.`)}`,
  };
  return showPage(found, sources);
}

/** A page as an HTTP response. */
export const showPage = async (page: Page, sources: ConsoleSources): Promise<HttpResponse> => ({
  status: page.status ?? 200,
  type: 'text/html; charset=utf-8',
  body: (await layout(page, sources)).toString(),
});

async function pageAt(
  first: string,
  second: string | undefined,
  { searchParams }: URL,
  sources: ConsoleSources,
): Promise<Page | undefined> {
  if (first === '' && second === undefined) return functionsPage(sources);
  if (first === 'events')
    return second
      ? eventPage(decoded(second), searchParams.get('source') ?? undefined, sources)
      : eventsPage(searchParams, sources);
  if (first === 'traces') return second ? tracePage(second, sources) : tracesPage(searchParams, sources);
  if (first === 'triggers' && !second) return triggersPage(sources);
  if (first === 'measures' && !second) return metricsPage(searchParams, sources);
  if (first === 'logs' && !second) return logsPage(searchParams, sources);
  if (first === 'dead-letters')
    return second ? deadLetterPage(decoded(second), sources) : deadLettersPage(searchParams, sources);
  if (first === 'replay' && !second) return replayPage(searchParams, sources);
  if ((first === 'redrives' || first === 'replays') && second)
    return jobPage(first === 'redrives' ? 'redrive' : 'replay', second, sources);
  return first === 'undeliverable' && !second ? undeliverablePage(sources) : undefined;
}

async function asset(name: string): Promise<HttpResponse> {
  const type = Object.hasOwn(assets, name) ? assets[name] : undefined;
  if (!type) return problem(404, `there is no file ${name}`);
  return {
    status: 200,
    type,
    body: await readFile(new URL(name, import.meta.url)),
    headers: { 'cache-control': 'no-cache' },
  };
}
