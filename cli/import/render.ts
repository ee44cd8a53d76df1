import { createHash } from 'node:crypto';
import type { Article } from './article.ts';
import { commonMark } from './commonmark.ts';
import type { Folder } from './folder.ts';
import { linkTargets } from './link-targets.ts';
import { rewriteLinks } from './links.ts';

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
}

export interface Renderer {
  render(article: Article, given?: Given): Rendered;
  /** Path of a picture by its hash, once an article that shows it was rendered. */
  pictureOf(hash: string): string | undefined;
}

/**
 * Renders articles of one folder as plain CommonMark whose links lead to the imported posts and pictures.
 * @param slugs planned slugs by path
 * @param site where the blog was before, for links that lead to nothing in the folder
 */
export function renderer(
  folder: Folder,
  articles: readonly Article[],
  slugs: ReadonlyMap<string, string>,
  site?: string,
): Renderer {
  const paths = articles.map(({ path }) => path);
  const at = linkTargets(paths, folder.files);
  const hashes = new Map<string, string>();
  const pictures = new Map<string, string>();

  const hashOf = (path: string): string => {
    const hash = hashes.get(path) ?? createHash('sha256').update(folder.read(path)).digest('hex');
    hashes.set(path, hash);
    pictures.set(hash, path);
    return hash;
  };

  const render = (article: Article, given: Given = {}): Rendered => {
    const seen = {
      pictures: [] as string[],
      deadLinks: [] as string[],
      found: [] as { target: string; path: string }[],
      articles: [] as string[],
    };
    const page = (target: string) => {
      const path = at.article(article.path, target);
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
    const dead = (target: string, kind: 'link' | 'picture') => {
      seen.deadLinks.push(target);
      return kind === 'link' ? formerAddress(site, article.path, target) : undefined;
    };
    const content = rewriteLinks(
      commonMark(article.body),
      (target, kind) => (kind === 'link' ? page(target) : undefined) ?? picture(target) ?? dead(target, kind),
    );
    return { content: content.trim(), ...seen };
  };

  return { render, pictureOf: (hash) => pictures.get(hash) };
}

function formerAddress(site: string | undefined, from: string, target: string): string | undefined {
  if (!site) return undefined;
  const page = new URL(`${from.replace(/\.\w+$/, '')}/`, `${site.replace(/\/+$/, '')}/`);
  return URL.canParse(target, page) ? new URL(target, page).href : undefined;
}
