import { publicUrl } from '@dormouse/runtime/address';
import { colorSheets } from './colors.ts';
import { dormouse } from './dormouse.ts';
import { type Html, markup, none, trusted } from './html.ts';
import type { CategoryRef } from './posts.ts';
import type { Session } from './session.ts';
import { stylesheetPath } from './stylesheet-path.ts';

/** Who looks at a page that is not the same for everybody. */
export interface Viewer {
  session?: Session | undefined;
  /** Value of the hidden field that binds forms to this browser. */
  csrf: string;
}

export interface PageParts {
  title: string;
  description?: string;
  /** Categories whose colours the page shows. */
  categories?: Iterable<CategoryRef>;
  /** Path of this page for search engines; without it they are asked to leave it out. */
  canonical?: string | undefined;
  older?: string | undefined;
  newer?: string | undefined;
  /** Absent on pages that everybody gets the same bytes of. */
  viewer?: Viewer | undefined;
  /** Which entry of the navigation is this page. */
  current?: 'write' | 'drafts' | 'login' | 'signup' | 'account';
  main: Html;
}

/** A whole page: what every page has around its `main`. */
export function layout(page: PageParts): string {
  const title = page.title === '' ? 'Dormouse' : `${page.title} · Dormouse`;
  return `${markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${page.description ? markup`<meta name="description" content="${page.description}">\n` : none}<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="${stylesheetPath()}">
${[...colorSheets(page.categories ?? [])].map((href) => markup`<link rel="stylesheet" href="${href}">\n`)}<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="alternate" type="application/atom+xml" title="Dormouse" href="/blog/feed.xml">
${page.canonical ? markup`<link rel="canonical" href="${publicUrl() ?? ''}${page.canonical}">` : markup`<meta name="robots" content="noindex">`}
${link('next', page.older)}${link('prev', page.newer)}</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="site-header">
<a class="brand" href="/blog/">${trusted(dormouse)}<span>Dormouse</span></a>
<nav aria-label="Site">${navigation(page)}</nav>
</header>
<main id="main" tabindex="-1">
${page.main}
</main>
<footer class="site-footer">
<p>A blog that sleeps until somebody reads it.</p>
<ul>
<li><a href="/blog/categories">Categories</a></li>
<li><a href="/blog/feed.xml">Feed</a></li>
<li><a href="/stats">Numbers</a></li>
</ul>
</footer>
</body>
</html>
`}`;
}

const link = (rel: string, href: string | undefined): Html =>
  href ? markup`<link rel="${rel}" href="${href}">\n` : none;

function navigation({ viewer, current, canonical }: PageParts): Html {
  const entry = (name: PageParts['current'], href: string, text: string, style = '') =>
    markup`<li><a href="${href}"${current === name ? trusted(' aria-current="page"') : none}${style ? markup` class="${style}"` : none}>${text}</a></li>`;
  const session = viewer?.session;
  if (!session || !viewer)
    return markup`<ul>${entry('login', canonical ? `/blog/login?next=${encodeURIComponent(canonical)}` : '/blog/login', 'Log in')}${entry('signup', '/blog/signup', 'Sign up', 'button quiet')}</ul>`;
  return markup`<ul>
${session.role === 'reader' ? none : [entry('write', '/blog/new', 'Write', 'button'), entry('drafts', '/blog/drafts', 'Drafts')]}
${entry('account', '/blog/account', 'Account')}
<li><form method="post" action="/blog/logout"><input type="hidden" name="csrf" value="${viewer.csrf}"><button class="plain" title="Logged in as ${session.name}">Log out<span class="who" dir="auto"> ${session.name}</span></button></form></li>
</ul>`;
}
