import type { AppError } from '@dormouse/runtime/errors';
import { dormouse } from './dormouse.ts';
import { retryAfterText } from './form-problem.ts';
import { markup, none, trusted } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import type { SiteSettings } from './site.ts';

const titles: Partial<Record<AppError['code'], string>> = {
  not_found: 'Nothing here',
  forbidden: 'Not for you',
  unauthorized: 'Log in first',
  method_not_allowed: 'That does not work here',
  too_large: 'Too much at once',
  too_many_requests: 'Too fast',
  unavailable: 'Still half asleep',
  internal: 'That went wrong',
};

const texts: Partial<Record<AppError['code'], string>> = {
  not_found: 'There is no page at this address. It may have been moved or deleted, or the address has a slip in it.',
  unauthorized: 'This page is for people who are logged in.',
  unavailable: 'Part of this blog is waking up or does not answer.',
  internal: 'Something went wrong on our side.',
};

/** Ways to what may have been looked for. */
const readOn = markup`<p>Or look in the <a href="/blog/archive">archive</a>, among <a href="/blog/categories">categories</a> or <a href="/blog/tags">tags</a>.</p>`;

/** A failure as a page. The trace id lets an operator find what happened. */
export function errorPage(site: SiteSettings, error: AppError, traceId: string, viewer?: Viewer): string {
  const again =
    error.status === 503 || error.status === 429 ? `Try again ${retryAfterText(error.headers?.['retry-after'])}.` : '';
  return layout({
    site,
    title: titles[error.code] ?? 'That did not work',
    viewer,
    main: markup`<div class="error-page">
${trusted(dormouse)}
<p class="kicker">${error.status}</p>
<h1>${titles[error.code] ?? 'That did not work'}</h1>
<p>${texts[error.code] ?? error.detail} ${again}</p>
<p>${error.code === 'unauthorized' ? markup`<a class="button" href="/blog/login">Log in</a> ` : none}<a class="button quiet" href="/blog/">All posts</a></p>
${error.code === 'not_found' ? readOn : none}
${traceId && error.status >= 500 ? markup`<p class="muted">Trace <code>${traceId}</code></p>` : none}
</div>`,
  });
}
