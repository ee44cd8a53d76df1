import type { AppError } from '@dormouse/runtime/errors';
import { dormouse } from './dormouse.ts';
import { linkTo, markup, none, trusted } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import { retryAfter } from './retry-after.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';

/** A failure as a page. The trace id lets an operator find what happened. */
export function errorPage(site: SiteSettings, error: AppError, traceId: string, viewer?: Viewer): string {
  const t = wordsOf(site.language);
  const title = t.errors.title(error.code);
  const again = error.status === 503 || error.status === 429 ? t.errors.tryAgain(retryAfter(error)) : '';
  return layout({
    site,
    title,
    viewer,
    main: markup`<div class="error-page">
${trusted(dormouse)}
<p class="kicker">${error.status}</p>
<h1>${title}</h1>
<p>${t.errors.text(error.code) ?? t.errors.said(error.detail)} ${again}</p>
<p>${error.code === 'unauthorized' ? markup`<a class="button" href="/blog/login">${t.frame.logIn}</a> ` : none}<a class="button quiet" href="/blog/">${t.post.allPosts}</a></p>
${error.code === 'not_found' ? markup`<p>${t.errors.readOn(linkTo('/blog/archive'), linkTo('/blog/categories'), linkTo('/blog/tags'))}</p>` : none}
${traceId && error.status >= 500 ? markup`<p class="muted">${t.errors.trace} <code>${traceId}</code></p>` : none}
</div>`,
  });
}
