import { isSign } from '@dormouse/telemetry/rules/alert-states';
import { html } from 'hono/html';
import type { ConsoleSources } from './sources.ts';

/** Escaped HTML; a promise of it only where a value in it is one. */
export type Markup = ReturnType<typeof html>;

export type PageName =
  | 'functions'
  | 'events'
  | 'triggers'
  | 'traces'
  | 'metrics'
  | 'alerts'
  | 'logs'
  | 'dead-letters'
  | 'missing'
  | 'replay'
  | 'mailbox'
  | 'undeliverable';

export interface Page {
  name: PageName;
  title: string;
  content: Markup;
  /** The content follows what happens: of functions, of events, of both, or of alerts. */
  live?: 'services' | 'event' | 'services event' | 'alerts';
  status?: number;
  /** Where nothing follows by itself, the page is loaded again after so many seconds. */
  refreshSeconds?: number;
}

const links: readonly (readonly [PageName, string, string])[] = [
  ['functions', '/', 'Functions'],
  ['events', '/events', 'Events'],
  ['triggers', '/triggers', 'Triggers'],
  ['traces', '/traces', 'Traces'],
  ['metrics', '/measures', 'Metrics'],
  ['alerts', '/alerts', 'Alerts'],
  ['logs', '/logs', 'Logs'],
  ['dead-letters', '/dead-letters', 'Dead letters'],
  ['missing', '/missing', 'Missing'],
  ['replay', '/replay', 'Replay'],
  ['mailbox', '/mailbox', 'Mails'],
  ['undeliverable', '/undeliverable', 'Undeliverable'],
];

/** A whole page of the console. */
export function layout({ name, title, content, live, refreshSeconds }: Page, sources: ConsoleSources): Markup {
  const badges: Partial<Record<PageName, number>> = {
    undeliverable: sources.brokers.undeliverable().length,
    alerts: firingAlerts(sources),
  };
  const notice = sources.notice?.();
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Dormouse</title>
<link rel="icon" href="/console/dormouse.svg" type="image/svg+xml">
<link rel="stylesheet" href="/console/console.css">
${refreshSeconds && html`<noscript><meta http-equiv="refresh" content="${refreshSeconds}"></noscript>`}
<script src="/console/live.js" type="module"></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
  <a class="brand" href="/"><img src="/console/dormouse.svg" width="30" height="30" alt=""><span>Dormouse</span></a>
  <nav aria-label="Pages">${links.map(
    ([page, href, text]) =>
      html`<a href="${href}"${page === name && html` aria-current="page"`}>${text}${(badges[page] ?? 0) > 0 && html` <span class="badge">${badges[page]}</span>`}</a>`,
  )}</nav>
  <span class="line" data-line hidden><b class="lamp"></b><span>live</span></span>
</header>
${notice && html`<aside class="notice" aria-label="Notice"><p>${notice}</p></aside>`}
<main id="main"${live && html` data-live="${live}"`}>${content}</main>
</body>
</html>
`;
}

const firingAlerts = ({ alerting }: ConsoleSources): number =>
  (alerting?.()?.rules.groups ?? [])
    .flatMap(({ rules }) => rules.flatMap(({ alerts }) => alerts))
    .filter((alert) => alert.state === 'firing' && !isSign(alert)).length;

/** The head of a page: its title, and a sentence or a form beside it. */
export const heading = (title: string | Markup, aside?: Markup) =>
  html`<div class="heading"><h1>${title}</h1>${aside}</div>`;

/** Text of an empty page. */
export const nothing = (text: string, more: string | Markup = '') =>
  html`<div class="nothing"><img src="/console/dormouse.svg" width="72" height="72" alt=""><p>${text}</p><p class="quiet">${more}</p></div>`;
