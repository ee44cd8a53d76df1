import { publicUrl } from '@dormouse/runtime/address';
import type { CardPicture } from './cover.ts';
import { type Html, markup, none, trusted } from './html.ts';
import { cardPath } from './identity-pictures.ts';
import type { Post } from './posts.ts';
import type { SiteSettings } from './site.ts';

/** Of a page, what its card shows. */
export interface CardParts {
  site: SiteSettings;
  title: string;
  description?: string;
  /** The post that the page shows. */
  post?: Post;
  /** Who wrote it, as printed. */
  author?: string;
  /** The picture that stands for the page; without one, that of the blog. */
  cardPicture?: CardPicture | undefined;
  /** Its language; without one, that of the blog. */
  language?: string | undefined;
}

/**
 * What a page says of itself to those who show links as cards (Open Graph, ogp.me; Twitter's cards) and to search engines
 * (schema.org as JSON-LD). Whole addresses only where PUBLIC_URL is known: a page is kept for every host.
 */
export function card(
  { site, title, description, post, author = post?.author, cardPicture: own, language = site.language }: CardParts,
  path: string,
): Html {
  const origin = publicUrl();
  const url = origin === undefined ? undefined : origin + path;
  const article = post?.kind === 'page' ? undefined : post;
  const picture = own?.path ?? cardPath(site);
  // Whole addresses only: others are not taken.
  const image = picture && origin !== undefined ? origin + picture : undefined;
  const shown = image && own ? own : undefined;
  const property = (name: string, content: string | undefined) =>
    content ? markup`<meta property="${name}" content="${content}">\n` : none;
  return markup`${property('og:type', article ? 'article' : 'website')}${property('og:site_name', site.title)}${property('og:title', title || site.title)}${property('og:description', description)}${property('og:url', url)}${property('og:image', image)}${property('og:image:width', shown && String(shown.width))}${property('og:image:height', shown && String(shown.height))}${property('og:image:alt', image && (own ? own.alt : site.title))}${
    article
      ? [
          property('article:published_time', article.created_at),
          property('article:modified_time', article.updated_at),
          property('article:section', article.category.name),
          ...article.tags.map((tag) => property('article:tag', tag)),
        ]
      : none
  }<meta name="twitter:card" content="${shown ? 'summary_large_image' : 'summary'}">
${
  post && !article
    ? data({
        '@context': 'https://schema.org',
        '@type': 'WebPage',
        name: post.title,
        inLanguage: language,
        ...(description && { description }),
        dateModified: post.updated_at,
        ...(url && { url }),
      })
    : none
}${
  article
    ? data({
        '@context': 'https://schema.org',
        '@type': 'BlogPosting',
        headline: article.title,
        inLanguage: language,
        ...(description && { description }),
        datePublished: article.created_at,
        dateModified: article.updated_at,
        author: { '@type': 'Person', name: author },
        articleSection: article.category.name,
        ...(article.tags.length > 0 && { keywords: article.tags }),
        ...(shown && { image: [image] }),
        ...(url && { url, mainEntityOfPage: url }),
        publisher: { '@type': 'Organization', name: site.title },
      })
    : none
}`;
}

/** Data in an element that browsers do not run; without `<` nothing in it can end it (HTML, restrictions for contents of script elements). */
const data = (value: object): Html =>
  trusted(`<script type="application/ld+json">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>\n`);
