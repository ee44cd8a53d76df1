import type { AppError } from '@dormouse/runtime/errors';
import { dormouse } from './dormouse.ts';
import { type Html, linkTo, markup, none, trusted } from './html.ts';
import { layout, type Viewer } from './layout.ts';
import { retryAfter } from './retry-after.ts';
import type { SiteSettings } from './site.ts';
import { wordsOf } from './words.ts';
import type { Words } from './words-en.ts';

export interface ErrorPage {
  site: SiteSettings;
  error: AppError;
  /** Lets an operator find what happened. */
  traceId: string;
  /** Path that was asked for. */
  path: string;
  viewer?: Viewer | undefined;
}

/** A failure as a page. */
export function errorPage({ site, error, traceId, path, viewer }: ErrorPage): string {
  const missing = error.code === 'not_found';
  const t = wordsOf(site.language);
  const title = t.errors.title(error.code);
  const again = error.status === 503 || error.status === 429 ? t.errors.tryAgain(retryAfter(error)) : '';
  return layout({
    site,
    title,
    viewer,
    // Its own field is filled in.
    ...(missing && { current: 'search' }),
    main: markup`<div class="error-page">
${trusted(dormouse)}
<p class="kicker">${error.status}</p>
<h1>${title}</h1>
<p>${t.errors.text(error.code) ?? t.errors.said(error.detail)} ${again}</p>
<p>${error.code === 'unauthorized' ? markup`<a class="button" href="/blog/login">${t.frame.logIn}</a> ` : none}<a class="button quiet" href="/blog/">${t.post.allPosts}</a></p>
${missing ? markup`${search(path, t)}<p>${t.errors.readOn(linkTo('/blog/archive'), linkTo('/blog/categories'), linkTo('/blog/tags'))}</p>` : none}
${traceId && error.status >= 500 ? markup`<p class="muted">${t.errors.trace} <code>${traceId}</code></p>` : none}
</div>`,
  });
}

/** A search for what the address may have been about. */
const search = (path: string, { search: words }: Words): Html =>
  markup`<form class="search-line" action="/search" role="search"><label class="hidden" for="q">${words.words}</label><input id="q" name="q" type="search" value="${wordsIn(path)}" required maxlength="200" dir="auto" autocomplete="off"><button class="button">${words.button}</button></form>
`;

/** What is written in the last part of a path that has letters: `/2024/05/sleeping-late.html` is about “sleeping late”. */
function wordsIn(path: string): string {
  const parts = path.split('/').map((part) => decoded(part).replace(/\.\w{2,5}$/, ''));
  const last = parts.findLast((part) => /\p{L}{2}/u.test(part)) ?? '';
  return [...last.replace(/[-_+\s]+/g, ' ').trim()].slice(0, 100).join('');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
