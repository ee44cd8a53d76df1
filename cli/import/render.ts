import { createHash } from 'node:crypto';
import type { Article } from './article.ts';
import { commonMark } from './commonmark.ts';
import type { Folder } from './folder.ts';
import { translated } from './foreign.ts';
import { linkTargets } from './link-targets.ts';
import { type Resolve, rewriteLinks } from './links.ts';
import { ownAddresses } from './own-addresses.ts';

const pictureTypes = /\.(?:png|jpe?g|gif|webp|avif|svg)$/i;

/** What turned out differently from the plan. */
export interface Given {
  /** Slugs by path. */
  readonly slugs?: ReadonlyMap<string, string>;
  /** Hashes of pictures that the platform did not take. */
  readonly refused?: ReadonlySet<string>;
}

/** An article's text as it goes into the blog, and what was met on the way. */
export interface Rendered {
  readonly content: string;
  /** SHA-256 in hex of the pictures it shows. */
  readonly pictures: readonly string[];
  readonly deadLinks: readonly string[];
  /** Pictures that lie elsewhere than their link says. */
  readonly found: readonly { target: string; path: string }[];
  /** Paths of the articles it links to. */
  readonly articles: readonly string[];
  /** How often what is no Markdown stands in it as it was, by kind. */
  readonly unknown: ReadonlyMap<string, number>;
}

export interface Renderer {
  render(article: Article, given?: Given): Rendered;
  /** Path of a picture by its hash, once an article that shows it was rendered. */
  pictureOf(hash: string): string | undefined;
}

export interface RendererOptions {
  /** Planned slugs by path. */
  readonly slugs: ReadonlyMap<string, string>;
  /** Where the blog was before, for links that lead to nothing in the folder. */
  readonly site?: string | undefined;
  /** All addresses under which the blog was: links to them are the blog's own. */
  readonly addresses?: readonly string[];
}

/** Renders articles of one folder as plain CommonMark whose links lead to the imported posts and pictures. */
export function renderer(folder: Folder, articles: readonly Article[], options: RendererOptions): Renderer {
  const { slugs, site, addresses = [] } = options;
  const at = linkTargets(
    articles.map(({ path, extra, alsoAt = [] }) => ({ path, addresses: [...extra.addresses, ...alsoAt] })),
    folder.files,
  );
  const titles = new Map(articles.map(({ path, title }) => [path, title]));
  const own = ownAddresses([...addresses, ...(site ? [site] : [])]);
  const hashes = new Map<string, string>();
  const pictures = new Map<string, string>();

  const hashOf = (path: string): string => {
    const hash = hashes.get(path) ?? createHash('sha256').update(folder.read(path)).digest('hex');
    hashes.set(path, hash);
    pictures.set(hash, path);
    return hash;
  };
  const titleOf = (name: string) => titles.get(at.named(name) ?? '');

  const render = (article: Article, given: Given = {}): Rendered => {
    const seen = {
      pictures: [] as string[],
      deadLinks: [] as string[],
      found: [] as { target: string; path: string }[],
      articles: [] as string[],
    };
    const page = (target: string) => {
      const name = /^@post\/(.*)$/s.exec(target)?.[1];
      const path = name === undefined ? at.article(article.path, target) : at.named(name);
      if (path === undefined) return undefined;
      seen.articles.push(path);
      return `/blog/posts/${encodeURIComponent(given.slugs?.get(path) ?? slugs.get(path)!)}${/#.*$/s.exec(target)?.[0] ?? ''}`;
    };
    const picture = (target: string) => {
      const file = at.file(article.path, target);
      if (!file || !pictureTypes.test(file.path)) return undefined;
      if (file.moved) seen.found.push({ target, path: file.path });
      const hash = hashOf(file.path);
      if (given.refused?.has(hash)) return undefined;
      seen.pictures.push(hash);
      return `/blog/media/${hash}`;
    };
    const dead = (target: string, kind: 'link' | 'picture', whole?: string) => {
      seen.deadLinks.push(target);
      if (whole !== undefined && !/^https?:\/\/[\w-]+\.invalid\//.test(whole)) return whole;
      return kind === 'link' ? formerAddress(site, article.path, target) : undefined;
    };
    const resolve: Resolve = Object.assign(
      (target: string, kind: 'link' | 'picture', whole?: string) =>
        (kind === 'link' ? page(target) : undefined) ?? picture(target) ?? dead(target, kind, whole),
      { own },
    );
    const { text, unknown } = article.converted
      ? { text: article.body, unknown: new Map() }
      : translated(article.body, titleOf);
    const content = rewriteLinks(article.converted ? text : commonMark(text), resolve).trim();
    return { content: withCover(content, article.cover, resolve), ...seen, unknown };
  };

  return { render, pictureOf: (hash) => pictures.get(hash) };
}

/** The cover above the text, unless the text shows it. */
function withCover(content: string, cover: { url: string; alt: string } | undefined, resolve: Resolve): string {
  if (!cover) return content;
  const picture = rewriteLinks(`![${cover.alt.replace(/[[\]\\]/g, '\\$&')}](<${cover.url}>)`, resolve);
  const address = /\]\(<?([^<>()]*)>?\)$/.exec(picture)?.[1];
  return address && content.includes(`](${address})`) ? content : `${picture}\n\n${content}`;
}

function formerAddress(site: string | undefined, from: string, target: string): string | undefined {
  if (!site || target.startsWith('@post/')) return undefined;
  const page = new URL(`${from.replace(/\.\w+$/, '')}/`, `${site.replace(/\/+$/, '')}/`);
  return URL.canParse(target, page) ? new URL(target, page).href : undefined;
}
