import { publicUrl } from '@dormouse/runtime/address';
import { accentSheetPath } from './accent.ts';
import { preloadedFontPaths, stylesheetPath } from './assets/addresses.ts';
import { card } from './card.ts';
import { colorSheets } from './colors.ts';
import type { CardPicture } from './cover.ts';
import { dormouse } from './dormouse.ts';
import { feedFormats } from './feed-formats.ts';
import { fontSheetLink } from './headers.ts';
import { type Html, linkTo, markup, none, trusted } from './html.ts';
import { iconPaths, logoPath } from './identity-pictures.ts';
import type { CategoryRef, Post } from './posts.ts';
import type { Session } from './session.ts';
import { type SiteSettings, takesRegistrations } from './site.ts';
import { subscribeForm } from './subscribe-form.ts';
import { themeAttribute } from './theme.ts';
import { wordsOf } from './words.ts';

/** Who looks at a page that is not the same for everybody. */
export interface Viewer {
  session?: Session | undefined;
  /** Value of the hidden field that binds forms to this browser. */
  csrf: string;
}

export interface PageParts {
  site: SiteSettings;
  title: string;
  description?: string;
  /** Categories whose colours the page shows. */
  categories?: Iterable<CategoryRef>;
  /** Colours that stand where pictures will be. */
  pictures?: Iterable<{ color: string }>;
  /** Path of this page for search engines; without it they are asked to leave it out. */
  canonical?: string | undefined;
  /** Feeds of what the page lists, besides those of the blog: their name, and the path that they lie below. */
  feed?: { title: string; below: string };
  /** The feed of the comments that the page shows. */
  commentsFeed?: { title: string; path: string };
  /** The post that the page shows, for those who make cards of links, and for search engines. */
  post?: Post;
  /** Who wrote it, as printed. */
  author?: string;
  /** The picture that stands for the page on cards of links. */
  cardPicture?: CardPicture | undefined;
  /** Language of that post, where it is known. */
  language?: string | undefined;
  older?: string | undefined;
  newer?: string | undefined;
  /** Absent on pages that everybody gets the same bytes of. */
  viewer?: Viewer | undefined;
  /** Address of a script of ours; the page needs a policy that lets it run. */
  script?: string;
  /** Which entry of the navigation is this page. */
  current?:
    | 'write'
    | 'posts'
    | 'login'
    | 'signup'
    | 'account'
    | 'people'
    | 'settings'
    | 'webhooks'
    | 'newsletter'
    | 'search'
    | 'comments';
  main: Html;
}

/** A whole page: what every page has around its `main`. */
export function layout(page: PageParts): string {
  const { site } = page;
  const title = page.title === '' ? site.title : `${page.title} · ${site.title}`;
  const accent = accentSheetPath(site);
  const { frame } = wordsOf(site.language);
  return `${markup`<!doctype html>
<html lang="${site.language}"${trusted(themeAttribute(site.theme))}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${page.description ? markup`<meta name="description" content="${page.description}">\n` : none}<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="${stylesheetPath}">
${site.fonts === 'source' ? fonts(site) : none}${accent ? markup`<link rel="stylesheet" href="${accent}">\n` : none}${[...colorSheets([...(page.categories ?? []), ...(page.pictures ?? [])])].map((href) => markup`<link rel="stylesheet" href="${href}">\n`)}${icons(site)}${feedLinks(site.title, '/blog')}${page.feed ? feedLinks(`${page.feed.title} · ${site.title}`, page.feed.below) : none}${page.commentsFeed ? markup`<link rel="alternate" type="application/atom+xml" title="${page.commentsFeed.title}" href="${page.commentsFeed.path}">\n` : none}${page.canonical ? markup`<link rel="canonical" href="${publicUrl() ?? ''}${page.canonical}">` : markup`<meta name="robots" content="noindex">`}
${page.script ? markup`<script type="module" src="${page.script}"></script>\n` : none}${page.canonical ? card(page, page.canonical) : none}${link('next', page.older)}${link('prev', page.newer)}</head>
<body${site.layout === 'cards' ? trusted(' class="wide"') : none}>
<a class="skip" href="#main">${frame.skip}</a>
<header class="site-header">
<a class="brand" href="/blog/">${brand(site)}</a>
${page.current === 'search' ? none : searchField(frame.search)}<nav aria-label="${frame.navigation}">${navigation(page)}</nav>
</header>
<main id="main" tabindex="-1">
${page.main}
</main>
${site.newsletter && page.canonical ? subscribeForm(site) : none}<footer class="site-footer">
${site.footer ? markup`<p dir="auto">${site.footer}</p>\n` : none}<ul>
<li><a href="/blog/categories">${frame.categories}</a></li>
<li><a href="/blog/tags">${frame.tags}</a></li>
<li><a href="/blog/archive">${frame.archive}</a></li>
<li><a href="/blog/feed.xml">${frame.feed}</a></li>
<li><a href="/stats">${frame.numbers}</a></li>
<li><a href="/blog/appearance${page.canonical ? `?next=${encodeURIComponent(page.canonical)}` : ''}">${frame.appearance}</a></li>
</ul>
${site.set_up || site.unread ? none : markup`<p class="not-set-up">${frame.notSetUp(site.registration, linkTo('/setup'))}</p>\n`}</footer>
</body>
</html>
`}`;
}

/** The pair of fonts that the blog sends; what Latin letters are drawn with comes before the page is. */
const fonts = ({ language }: SiteSettings): Html =>
  markup`${trusted(fontSheetLink)}
${isLatin(language) ? preloadedFontPaths.map((path) => markup`<link rel="preload" href="${path}" as="font" type="font/woff2" crossorigin>\n`) : none}`;

const isLatin = (language: string): boolean => new Intl.Locale(language).maximize().script === 'Latn';

/** Found on every page but that of search, which has a larger one. */
const searchField = (label: string): Html =>
  markup`<form class="search-field" action="/search" role="search"><label class="hidden" for="site-search">${label}</label><input id="site-search" type="search" name="q" placeholder="${label}" required maxlength="200" dir="auto" autocomplete="off"></form>
`;

function icons(site: SiteSettings): Html {
  const own = iconPaths(site);
  if (!own) return trusted('<link rel="icon" href="/favicon.svg" type="image/svg+xml">\n');
  return markup`<link rel="icon" href="${own.icon}" type="image/webp">\n<link rel="apple-touch-icon" href="${own.touch}">\n`;
}

function brand(site: SiteSettings): Html {
  const logo = logoPath(site);
  return logo
    ? markup`<img class="own-logo" src="${logo}" alt="${site.title}">`
    : markup`${trusted(dormouse)}<span dir="auto">${site.title}</span>`;
}

const feedLinks = (title: string, below: string): Html[] =>
  feedFormats.map(
    ({ type, file }) => markup`<link rel="alternate" type="${type}" title="${title}" href="${below}/${file}">\n`,
  );

const link = (rel: string, href: string | undefined): Html =>
  href ? markup`<link rel="${rel}" href="${href}">\n` : none;

function navigation({ site, viewer, current, canonical }: PageParts): Html {
  const entry = (name: PageParts['current'], href: string, text: string, style = '') =>
    markup`<li><a href="${href}"${current === name ? trusted(' aria-current="page"') : none}${style ? markup` class="${style}"` : none}>${text}</a></li>`;
  const { frame, newsletter } = wordsOf(site.language);
  const session = viewer?.session;
  const own = site.navigation.map(({ label, href }) => markup`<li><a href="${href}" dir="auto">${label}</a></li>`);
  if (!session || !viewer)
    return markup`<ul>${own}${entry('login', canonical ? `/blog/login?next=${encodeURIComponent(canonical)}` : '/blog/login', frame.logIn)}${takesRegistrations(site) ? entry('signup', '/blog/signup', frame.signUp, 'button quiet') : none}</ul>`;
  return markup`<ul>${own}
${session.role === 'reader' || session.role === 'operator' ? none : [entry('write', '/blog/new', frame.write, 'button'), entry('posts', '/blog/posts', frame.posts), site.comments === 'none' ? none : entry('comments', '/blog/comments', frame.comments)]}
${session.role === 'admin' || session.role === 'editor' ? entry('people', '/blog/people', frame.people) : none}
${session.role === 'editor' ? entry('newsletter', '/blog/newsletter/subscribers', newsletter.title) : none}
${session.role === 'admin' ? entry('settings', '/blog/settings', frame.settings) : none}
${session.role === 'operator' ? entry('webhooks', '/blog/webhooks', frame.webhooks) : none}
${entry('account', '/blog/account', frame.account)}
<li><form method="post" action="/blog/logout"><input type="hidden" name="csrf" value="${viewer.csrf}"><button class="plain" title="${frame.loggedInAs(session.name)}">${frame.logOut}<span class="who" dir="auto"> ${session.name}</span></button></form></li>
</ul>`;
}
